// Arrays of what stands in for MATLAB in tests: libmx.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mex.h"

// A function handle gets its arguments as feval of MATLAB would hand them on.
using Function = std::function<void(int n_in, mxArray* in[])>;

struct mxArray_tag {
  mxClassID type = mxDOUBLE_CLASS;
  bool complex = false;
  std::vector<mwSize> extents;
  std::vector<double> data;     // enough of them for the bytes of all elements, aligned
  std::vector<mxArray*> items;  // of a cell; of a struct field by field for each element
  std::vector<std::string> fields;
  Function function;
  bool has_owner = false;  // is an item of another array
};

// Beside what mex.h declares.
MATLAB_EXPORT mxArray* make_function(Function function);
// Ends the process with a message: MATLAB would fall over such a call, now or later.
[[noreturn]] MATLAB_EXPORT void misused(const char* function, const char* why);
