// What this process may use of the machine.
#pragma once

#include <string>

namespace euphonic {

struct ThreadBudget {
  int threads = 1;
  std::string
      reason;  // a phrase for status output, e.g. "2 physical cores of 4 logical ones, cgroup quota 2"
};

// Physical cores in the process's affinity mask, lowered to the cgroup's CPU quota; at least 1.
ThreadBudget available_threads();

// Name of the SIMD target that run-time dispatch chose.
std::string simd_target();

}  // namespace euphonic
