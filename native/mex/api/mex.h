// The part of MATLAB's C API that the gateway uses, declared from its documentation
// (mathworks.com/help/matlab, "C Matrix API" and "C MEX API"): so the gateway is built for MATLAB where there
// is none. `euphonic.build` takes MATLAB's own header instead.
//
// This is the interface of `mex -R2018a`: names end in _800, and complex arrays have real and imaginary parts
// in turns. Every MATLAB since R2018a loads what is built for it.
//
// With EUPHONIC_FOR_OCTAVE it is that of Octave 7 and later, which has the same functions by their own names:
// imaginary parts lie apart, and characters are bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct mxArray_tag mxArray;
typedef size_t mwSize;
typedef size_t mwIndex;
typedef bool mxLogical;
#if defined(EUPHONIC_FOR_OCTAVE)
typedef char mxChar;
#else
#define MX_HAS_INTERLEAVED_COMPLEX 1
typedef char16_t mxChar;
#endif

enum mxComplexity { mxREAL, mxCOMPLEX };
enum mxClassID {
  mxUNKNOWN_CLASS,
  mxCELL_CLASS,
  mxSTRUCT_CLASS,
  mxLOGICAL_CLASS,
  mxCHAR_CLASS,
  mxVOID_CLASS,
  mxDOUBLE_CLASS,
  mxSINGLE_CLASS,
  mxINT8_CLASS,
  mxUINT8_CLASS,
  mxINT16_CLASS,
  mxUINT16_CLASS,
  mxINT32_CLASS,
  mxUINT32_CLASS,
  mxINT64_CLASS,
  mxUINT64_CLASS,
  mxFUNCTION_CLASS
};

#if !defined(EUPHONIC_FOR_OCTAVE)
#define mxAddField mxAddField_800
#define mxArrayToString mxArrayToString_800
#define mxCreateCellMatrix mxCreateCellMatrix_800
#define mxCreateCharArray mxCreateCharArray_800
#define mxCreateDoubleMatrix mxCreateDoubleMatrix_800
#define mxCreateDoubleScalar mxCreateDoubleScalar_800
#define mxCreateLogicalScalar mxCreateLogicalScalar_800
#define mxCreateNumericArray mxCreateNumericArray_800
#define mxCreateString mxCreateString_800
#define mxCreateStructMatrix mxCreateStructMatrix_800
#define mxCreateUninitNumericArray mxCreateUninitNumericArray_800
#define mxCreateUninitNumericMatrix mxCreateUninitNumericMatrix_800
#define mxDestroyArray mxDestroyArray_800
#define mxDuplicateArray mxDuplicateArray_800
#define mxFree mxFree_800
#define mxGetCell mxGetCell_800
#define mxGetChars mxGetChars_800
#define mxGetClassID mxGetClassID_800
#define mxGetClassName mxGetClassName_800
#define mxGetData mxGetData_800
#define mxGetField mxGetField_800
#define mxGetFieldByNumber mxGetFieldByNumber_800
#define mxGetFieldNameByNumber mxGetFieldNameByNumber_800
#define mxGetFieldNumber mxGetFieldNumber_800
#define mxGetLogicals mxGetLogicals_800
#define mxGetN mxGetN_800
#define mxGetNumberOfElements mxGetNumberOfElements_800
#define mxGetNumberOfFields mxGetNumberOfFields_800
#define mxIsCell mxIsCell_800
#define mxIsChar mxIsChar_800
#define mxIsComplex mxIsComplex_800
#define mxIsDouble mxIsDouble_800
#define mxIsEmpty mxIsEmpty_800
#define mxIsFunctionHandle mxIsFunctionHandle_800
#define mxIsInt32 mxIsInt32_800
#define mxIsLogical mxIsLogical_800
#define mxIsLogicalScalarTrue mxIsLogicalScalarTrue_800
#define mxIsNumeric mxIsNumeric_800
#define mxIsSparse mxIsSparse_800
#define mxIsStruct mxIsStruct_800
#define mxIsUint8 mxIsUint8_800
#define mxSetCell mxSetCell_800
#define mxSetField mxSetField_800
#define mxSetFieldByNumber mxSetFieldByNumber_800
#define mexAtExit mexAtExit_800
#define mexCallMATLABWithTrap mexCallMATLABWithTrap_800
#define mexErrMsgIdAndTxt mexErrMsgIdAndTxt_800
#endif

#if defined(_WIN32)
#define MATLAB_EXPORT __declspec(dllexport)
#else
#define MATLAB_EXPORT __attribute__((visibility("default")))
#endif
// What a stand-in for MATLAB has to export.
#if defined(EUPHONIC_STANDS_IN_FOR_MATLAB)
#define MATLAB_API extern "C" MATLAB_EXPORT
#else
#define MATLAB_API extern "C"
#endif

extern "C" MATLAB_EXPORT void mexFunction(int n_out, mxArray* out[], int n_in, const mxArray* in[]);

MATLAB_API mxArray* mxCreateCellMatrix(mwSize rows, mwSize columns);
MATLAB_API mxArray* mxCreateCharArray(mwSize n_extents, const mwSize* extents);
MATLAB_API mxArray* mxCreateDoubleMatrix(mwSize rows, mwSize columns, mxComplexity complexity);
MATLAB_API mxArray* mxCreateDoubleScalar(double value);
MATLAB_API mxArray* mxCreateLogicalScalar(mxLogical value);
MATLAB_API mxArray* mxCreateNumericArray(mwSize n_extents, const mwSize* extents, mxClassID type,
                                         mxComplexity complexity);
MATLAB_API mxArray* mxCreateString(const char* text);
MATLAB_API mxArray* mxCreateStructMatrix(mwSize rows, mwSize columns, int n_fields, const char** fields);
MATLAB_API mxArray* mxCreateUninitNumericArray(size_t n_extents, size_t* extents, mxClassID type,
                                               mxComplexity complexity);
MATLAB_API mxArray* mxCreateUninitNumericMatrix(size_t rows, size_t columns, mxClassID type,
                                                mxComplexity complexity);
MATLAB_API mxArray* mxDuplicateArray(const mxArray* array);
MATLAB_API void mxDestroyArray(mxArray* array);
MATLAB_API void mxFree(void* memory);

MATLAB_API mxClassID mxGetClassID(const mxArray* array);
MATLAB_API const char* mxGetClassName(const mxArray* array);
MATLAB_API size_t mxGetNumberOfElements(const mxArray* array);
MATLAB_API size_t mxGetN(const mxArray* array);
MATLAB_API bool mxIsCell(const mxArray* array);
MATLAB_API bool mxIsChar(const mxArray* array);
MATLAB_API bool mxIsComplex(const mxArray* array);
MATLAB_API bool mxIsDouble(const mxArray* array);
MATLAB_API bool mxIsEmpty(const mxArray* array);
MATLAB_API bool mxIsFunctionHandle(const mxArray* array);
MATLAB_API bool mxIsInt32(const mxArray* array);
MATLAB_API bool mxIsLogical(const mxArray* array);
MATLAB_API bool mxIsLogicalScalarTrue(const mxArray* array);
MATLAB_API bool mxIsNumeric(const mxArray* array);
MATLAB_API bool mxIsSparse(const mxArray* array);
MATLAB_API bool mxIsStruct(const mxArray* array);
MATLAB_API bool mxIsUint8(const mxArray* array);

MATLAB_API void* mxGetData(const mxArray* array);
MATLAB_API mxChar* mxGetChars(const mxArray* array);
#if defined(EUPHONIC_FOR_OCTAVE)
MATLAB_API void* mxGetImagData(const mxArray* array);
#endif
MATLAB_API mxLogical* mxGetLogicals(const mxArray* array);
MATLAB_API char* mxArrayToString(const mxArray* array);
MATLAB_API mxArray* mxGetCell(const mxArray* array, mwIndex index);
MATLAB_API void mxSetCell(mxArray* array, mwIndex index, mxArray* value);
MATLAB_API int mxAddField(mxArray* array, const char* field);
MATLAB_API int mxGetNumberOfFields(const mxArray* array);
MATLAB_API int mxGetFieldNumber(const mxArray* array, const char* field);
MATLAB_API const char* mxGetFieldNameByNumber(const mxArray* array, int field);
MATLAB_API mxArray* mxGetField(const mxArray* array, mwIndex index, const char* field);
MATLAB_API mxArray* mxGetFieldByNumber(const mxArray* array, mwIndex index, int field);
MATLAB_API void mxSetField(mxArray* array, mwIndex index, const char* field, mxArray* value);
MATLAB_API void mxSetFieldByNumber(mxArray* array, mwIndex index, int field, mxArray* value);

MATLAB_API int mexAtExit(void (*function)(void));
MATLAB_API mxArray* mexCallMATLABWithTrap(int n_out, mxArray* out[], int n_in, mxArray* in[],
                                          const char* function);
MATLAB_API void mexErrMsgIdAndTxt(const char* identifier, const char* format, ...);
