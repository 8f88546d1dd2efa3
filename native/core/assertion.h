// Checks of what a caller has promised, at the borders where this library trusts it: in builds without
// NDEBUG, which are those for debugging and under sanitizers.
#pragma once

namespace euphonic {

// Takes a failed assertion. The first handler writes to the standard error stream and aborts; those of tests
// may throw, or return, and then the program goes on as a release does.
using AssertionHandler = void (*)(const char* condition, const char* file, int line);
// Returns the handler before.
AssertionHandler set_assertion_handler(AssertionHandler handler);

void assertion_failed(const char* condition, const char* file, int line);

}  // namespace euphonic

#ifdef NDEBUG
#define EUPHONIC_ASSERT(condition) static_cast<void>(false && (condition))
#else
#define EUPHONIC_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::euphonic::assertion_failed(#condition, __FILE__, __LINE__))
#endif
