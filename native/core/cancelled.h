// How a calculation that may take long is told to stop.
#pragma once

#include <atomic>
#include <exception>

namespace euphonic {

// Thrown by what its caller has stopped.
struct Cancelled : std::exception {
  const char* what() const noexcept override { return "cancelled"; }
};

// flag: null for what cannot be stopped.
inline void throw_if_cancelled(const std::atomic<bool>* flag) {
  if (flag != nullptr && flag->load(std::memory_order_relaxed)) throw Cancelled();
}

}  // namespace euphonic
