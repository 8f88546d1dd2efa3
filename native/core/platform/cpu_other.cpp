// Systems without a file of their own: what the standard library knows.
#include <algorithm>
#include <thread>

#include "core/platform/cpu.h"

namespace euphonic {

ThreadBudget available_threads() {
  const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return {processors, std::to_string(processors) + " processors"};
}

}  // namespace euphonic
