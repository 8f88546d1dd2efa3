// What this process may use of the machine: one source file for each system.
#pragma once

#include <string>

namespace euphonic {

struct ThreadBudget {
  int threads = 1;
  std::string
      reason;  // a phrase for status output, e.g. "2 physical cores of 4 logical ones, cgroup quota 2"
};

// The physical cores that the system lets this process use, as far as it tells (affinity, quotas); at
// least 1.
ThreadBudget available_threads();

}  // namespace euphonic
