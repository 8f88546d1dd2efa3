#include "matrix.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

void misused(const char* function, const char* why) {
  std::fprintf(stderr, "%s: %s\n", function, why);
  std::fflush(stderr);
  std::_Exit(70);
}

mxArray* make_function(Function function) {
  auto* array = new mxArray;
  array->type = mxFUNCTION_CLASS;
  array->extents = {1, 1};
  array->function = std::move(function);
  return array;
}

namespace {

constexpr const char* kNames[] = {"unknown", "cell",   "struct", "logical", "char",           "void",
                                  "double",  "single", "int8",   "uint8",   "int16",          "uint16",
                                  "int32",   "uint32", "int64",  "uint64",  "function_handle"};
constexpr size_t kSizes[] = {0, 0, 0, 1, 2, 0, 8, 4, 1, 1, 2, 2, 4, 4, 8, 8, 0};

size_t bytes_of(const mxArray* array) {
  return mxGetNumberOfElements(array) * kSizes[array->type] * (array->complex ? 2 : 1);
}

mxArray* make(mxClassID type, std::vector<mwSize> extents, mxComplexity complexity = mxREAL) {
  auto* array = new mxArray;
  array->type = type;
  array->complex = complexity == mxCOMPLEX;
  while (extents.size() > 2 && extents.back() == 1) extents.pop_back();
  array->extents = std::move(extents);
  array->data.resize((bytes_of(array) + 7) / 8);
  if (type == mxCELL_CLASS) array->items.resize(mxGetNumberOfElements(array));
  return array;
}

// Arrays whose values nobody has set are full of these, so that what was forgotten is seen.
mxArray* unset(mxArray* array) {
  std::memset(array->data.data(), 0xff, array->data.size() * sizeof(double));
  return array;
}

void put(mxArray* array, size_t item, mxArray* value, const char* function) {
  if (item >= array->items.size()) misused(function, "there is no such item");
  if (value && value->has_owner) misused(function, "the value belongs to another array");
  if (value) value->has_owner = true;
  if (array->items[item]) array->items[item]->has_owner = false;  // MATLAB does not free it
  array->items[item] = value;
}

size_t item_of(const mxArray* array, mwIndex index, int field, const char* function) {
  if (array->type != mxSTRUCT_CLASS) misused(function, "not a struct");
  if (field < 0 || field >= mxGetNumberOfFields(array)) misused(function, "there is no such field");
  if (index >= mxGetNumberOfElements(array)) misused(function, "there is no such element");
  return index * array->fields.size() + static_cast<size_t>(field);
}

}  // namespace

mxArray* mxCreateCellMatrix(mwSize rows, mwSize columns) { return make(mxCELL_CLASS, {rows, columns}); }
mxArray* mxCreateCharArray(mwSize n, const mwSize* extents) {
  return make(mxCHAR_CLASS, {extents, extents + n});
}
mxArray* mxCreateDoubleMatrix(mwSize rows, mwSize columns, mxComplexity complexity) {
  return make(mxDOUBLE_CLASS, {rows, columns}, complexity);
}
mxArray* mxCreateDoubleScalar(double value) {
  mxArray* array = make(mxDOUBLE_CLASS, {1, 1});
  array->data[0] = value;
  return array;
}
mxArray* mxCreateLogicalScalar(mxLogical value) {
  mxArray* array = make(mxLOGICAL_CLASS, {1, 1});
  *mxGetLogicals(array) = value;
  return array;
}
mxArray* mxCreateNumericArray(mwSize n, const mwSize* extents, mxClassID type, mxComplexity complexity) {
  return make(type, {extents, extents + n}, complexity);
}
mxArray* mxCreateString(const char* text) {
  const size_t n = std::strlen(text);
  mxArray* array = make(mxCHAR_CLASS, {n > 0 ? 1u : 0u, n});
  // of the local code page; the gateway gives it nothing but ASCII
  std::copy(text, text + n, mxGetChars(array));
  return array;
}
mxArray* mxCreateStructMatrix(mwSize rows, mwSize columns, int n_fields, const char** fields) {
  mxArray* array = make(mxSTRUCT_CLASS, {rows, columns});
  for (int i = 0; i < n_fields; ++i) mxAddField(array, fields[i]);
  return array;
}
mxArray* mxCreateUninitNumericArray(size_t n, size_t* extents, mxClassID type, mxComplexity complexity) {
  return unset(make(type, {extents, extents + n}, complexity));
}
mxArray* mxCreateUninitNumericMatrix(size_t rows, size_t columns, mxClassID type, mxComplexity complexity) {
  return unset(make(type, {rows, columns}, complexity));
}
mxArray* mxDuplicateArray(const mxArray* array) {
  auto* copy = new mxArray(*array);
  copy->has_owner = false;
  for (mxArray*& item : copy->items) {
    if (!item) continue;
    item = mxDuplicateArray(item);
    item->has_owner = true;
  }
  return copy;
}
void mxDestroyArray(mxArray* array) {
  if (!array) return;
  for (mxArray* item : array->items) mxDestroyArray(item);
  delete array;
}
void mxFree(void* memory) { std::free(memory); }

mxClassID mxGetClassID(const mxArray* array) { return array->type; }
const char* mxGetClassName(const mxArray* array) { return kNames[array->type]; }
size_t mxGetNumberOfElements(const mxArray* array) {
  size_t n = 1;
  for (mwSize extent : array->extents) n *= extent;
  return n;
}
size_t mxGetN(const mxArray* array) {
  const mwSize rows = array->extents[0];
  return rows > 0 ? mxGetNumberOfElements(array) / rows : array->extents[1];
}
bool mxIsCell(const mxArray* array) { return array->type == mxCELL_CLASS; }
bool mxIsChar(const mxArray* array) { return array->type == mxCHAR_CLASS; }
bool mxIsComplex(const mxArray* array) { return array->complex; }
bool mxIsDouble(const mxArray* array) { return array->type == mxDOUBLE_CLASS; }
bool mxIsEmpty(const mxArray* array) { return mxGetNumberOfElements(array) == 0; }
bool mxIsFunctionHandle(const mxArray* array) { return array->type == mxFUNCTION_CLASS; }
bool mxIsInt32(const mxArray* array) { return array->type == mxINT32_CLASS; }
bool mxIsLogical(const mxArray* array) { return array->type == mxLOGICAL_CLASS; }
bool mxIsLogicalScalarTrue(const mxArray* array) {
  return mxIsLogical(array) && mxGetNumberOfElements(array) == 1 && *mxGetLogicals(array);
}
bool mxIsNumeric(const mxArray* array) {
  return array->type >= mxDOUBLE_CLASS && array->type <= mxUINT64_CLASS;
}
bool mxIsSparse(const mxArray*) { return false; }
bool mxIsStruct(const mxArray* array) { return array->type == mxSTRUCT_CLASS; }
bool mxIsUint8(const mxArray* array) { return array->type == mxUINT8_CLASS; }

void* mxGetData(const mxArray* array) { return const_cast<double*>(array->data.data()); }
mxChar* mxGetChars(const mxArray* array) {
  if (!mxIsChar(array)) misused("mxGetChars", "not a char array");
  return static_cast<mxChar*>(mxGetData(array));
}
mxLogical* mxGetLogicals(const mxArray* array) {
  if (!mxIsLogical(array)) misused("mxGetLogicals", "not a logical array");
  return static_cast<mxLogical*>(mxGetData(array));
}
char* mxArrayToString(const mxArray*) { misused("mxArrayToString", "what is not ASCII is lost in MATLAB"); }

mxArray* mxGetCell(const mxArray* array, mwIndex index) {
  if (!mxIsCell(array) || index >= array->items.size()) misused("mxGetCell", "no cell, or no such item");
  return array->items[index];
}
void mxSetCell(mxArray* array, mwIndex index, mxArray* value) {
  if (!mxIsCell(array)) misused("mxSetCell", "not a cell");
  put(array, index, value, "mxSetCell");
}
int mxAddField(mxArray* array, const char* field) {
  if (!mxIsStruct(array)) misused("mxAddField", "not a struct");
  if (mxGetFieldNumber(array, field) >= 0) misused("mxAddField", "the field is there already");
  const size_t n = array->fields.size();
  std::vector<mxArray*> items;
  for (size_t i = 0; i < mxGetNumberOfElements(array); ++i) {
    items.insert(items.end(), array->items.begin() + i * n, array->items.begin() + (i + 1) * n);
    items.push_back(nullptr);
  }
  array->items = std::move(items);
  array->fields.push_back(field);
  return static_cast<int>(n);
}
int mxGetNumberOfFields(const mxArray* array) { return static_cast<int>(array->fields.size()); }
int mxGetFieldNumber(const mxArray* array, const char* field) {
  if (!mxIsStruct(array)) misused("mxGetFieldNumber", "not a struct");
  const auto found = std::find(array->fields.begin(), array->fields.end(), field);
  return found == array->fields.end() ? -1 : static_cast<int>(found - array->fields.begin());
}
const char* mxGetFieldNameByNumber(const mxArray* array, int field) {
  return field >= 0 && field < mxGetNumberOfFields(array) ? array->fields[field].c_str() : nullptr;
}
mxArray* mxGetField(const mxArray* array, mwIndex index, const char* field) {
  const int number = mxGetFieldNumber(array, field);
  return number < 0 ? nullptr : mxGetFieldByNumber(array, index, number);
}
mxArray* mxGetFieldByNumber(const mxArray* array, mwIndex index, int field) {
  return array->items[item_of(array, index, field, "mxGetFieldByNumber")];
}
void mxSetField(mxArray* array, mwIndex index, const char* field, mxArray* value) {
  mxSetFieldByNumber(array, index, mxGetFieldNumber(array, field), value);
}
void mxSetFieldByNumber(mxArray* array, mwIndex index, int field, mxArray* value) {
  put(array, item_of(array, index, field, "mxSetFieldByNumber"), value, "mxSetFieldByNumber");
}
