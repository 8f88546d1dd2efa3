// The rest of what stands in for MATLAB in tests: errors, calls of functions (libmex), Ctrl-C (libut).
#pragma once

#include <atomic>
#include <csetjmp>
#include <string>

#include "mex.h"

// What mexErrMsgIdAndTxt was given, and where it jumps to; a call of the MEX function sets the latter.
struct Raised {
  std::jmp_buf* target = nullptr;
  std::string identifier, message;
};
MATLAB_EXPORT Raised& raised();
// What the MEX function gave to mexAtExit.
MATLAB_EXPORT void (*at_exit())(void);
