// macOS: physical cores, those for performance where there are two kinds.
#include <sys/sysctl.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <thread>

#include "core/platform/cpu.h"

namespace euphonic {

namespace {

// 0 where the system does not know the name.
int counted(const char* name) {
  int value = 0;
  std::size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

}  // namespace

ThreadBudget available_threads() {
  const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  if (const int fast = counted("hw.perflevel0.physicalcpu"); fast > 0)
    return {fast, std::to_string(fast) + " performance cores of " + std::to_string(processors)};
  if (const int cores = counted("hw.physicalcpu"); cores > 0)
    return {cores,
            std::to_string(cores) + " physical cores of " + std::to_string(processors) + " processors"};
  return {processors, std::to_string(processors) + " processors"};
}

}  // namespace euphonic
