#include "core/assertion.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace euphonic {

namespace {

void write_and_abort(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::abort();
}

std::atomic<AssertionHandler> current{write_and_abort};

}  // namespace

AssertionHandler set_assertion_handler(AssertionHandler handler) { return current.exchange(handler); }

void assertion_failed(const char* condition, const char* file, int line) {
  current.load()(condition, file, line);
}

}  // namespace euphonic
