// Of libut, which is not documented: whether the user has pressed Ctrl-C. The host sets it.
#include <atomic>

#include "mex.h"

extern "C" {
MATLAB_EXPORT std::atomic<bool>& interrupt_flag() {
  static std::atomic<bool> flag{false};
  return flag;
}
MATLAB_EXPORT bool utIsInterruptPending() { return interrupt_flag(); }
}
