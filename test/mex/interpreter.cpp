#include "interpreter.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "matrix.h"

namespace {

void (*exit_function)() = nullptr;

}  // namespace

Raised& raised() {
  static Raised state;
  return state;
}

void (*at_exit())(void) { return exit_function; }

int mexAtExit(void (*function)(void)) {
  exit_function = function;
  return 0;
}

mxArray* mexCallMATLABWithTrap(int, mxArray*[], int n_in, mxArray* in[], const char* function) {
  if (std::strcmp(function, "feval") != 0 || n_in < 1 || !mxIsFunctionHandle(in[0]))
    misused("mexCallMATLABWithTrap", "the stand-in knows feval of a function handle alone");
  in[0]->function(n_in - 1, in + 1);
  return nullptr;
}

// MATLAB leaves the MEX function without returning to it, and so does this.
void mexErrMsgIdAndTxt(const char* identifier, const char* format, ...) {
  char text[4096];
  std::va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  Raised& state = raised();
  if (!state.target) misused("mexErrMsgIdAndTxt", text);
  state.identifier = identifier;
  state.message = text;
  std::longjmp(*state.target, 1);
}
