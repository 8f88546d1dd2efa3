// Another handler of failed assertions for as long as this lives.
#pragma once

#include "core/assertion.h"

namespace euphonic::test {

class HandledAssertions {
 public:
  explicit HandledAssertions(AssertionHandler handler) : before_(set_assertion_handler(handler)) {}
  ~HandledAssertions() { set_assertion_handler(before_); }
  HandledAssertions(const HandledAssertions&) = delete;
  HandledAssertions& operator=(const HandledAssertions&) = delete;

 private:
  AssertionHandler before_;
};

}  // namespace euphonic::test
