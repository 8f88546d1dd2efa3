// mex.h for MATLAB (R2018b and later, -R2018a interface) and Octave, whose complex arrays differ.
#pragma once

#include <mex.h>

#include <cstddef>

namespace euphonic::mex {

// MATLAB's characters are UTF-16, Octave's are bytes.
inline constexpr bool kIsOctave = sizeof(mxChar) == 1;

// Real and imaginary parts of a complex double array; element i is at [i * stride].
struct ComplexParts {
  double* real;
  double* imaginary;
  std::size_t stride;
};

inline ComplexParts complex_parts(mxArray* array) {
  double* data = static_cast<double*>(mxGetData(array));
#if MX_HAS_INTERLEAVED_COMPLEX
  return {data, data + 1, 2};
#else
  return {data, static_cast<double*>(mxGetImagData(array)), 1};
#endif
}

}  // namespace euphonic::mex
