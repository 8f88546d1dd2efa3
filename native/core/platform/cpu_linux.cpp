// Linux: affinity mask, topology from /sys, quotas of both generations of cgroups.
#include "core/platform/cpu.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace euphonic {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// CPU quota of this process's cgroup and its ancestors, in cores; 0: none.
double cgroup_quota() {
  double quota = 0;
  const auto lower = [&](double cores) {
    if (cores > 0 && (quota == 0 || cores < quota)) quota = cores;
  };
  std::ifstream groups("/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    const bool unified = controllers.empty();
    if (!unified && ("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
    for (;;) {
      if (unified) {
        // cpu.max: "quota period", or "max period".
        std::istringstream text(first_line("/sys/fs/cgroup" + path + "/cpu.max"));
        double limit = 0, period = 0;
        if (text >> limit >> period && period > 0) lower(limit / period);
      } else {
        const std::string base = "/sys/fs/cgroup/" + controllers + path;
        std::istringstream limit_text(first_line(base + "/cpu.cfs_quota_us")),
            period_text(first_line(base + "/cpu.cfs_period_us"));
        double limit = 0, period = 0;
        if (limit_text >> limit && period_text >> period && limit > 0 && period > 0) lower(limit / period);
      }
      if (path.empty() || path == "/") break;
      path.erase(path.find_last_of('/'));
    }
  }
  return quota;
}

}  // namespace

ThreadBudget available_threads() {
  ThreadBudget budget;
  const unsigned hardware = std::max(1u, std::thread::hardware_concurrency());
  std::ostringstream reason;
  std::set<int> allowed;
  // Large enough for any machine; the kernel refuses a set that is smaller than its own.
  constexpr int kMaxCpus = 8192;
  cpu_set_t* mask = CPU_ALLOC(kMaxCpus);
  const std::size_t size = CPU_ALLOC_SIZE(kMaxCpus);
  if (mask != nullptr && sched_getaffinity(0, size, mask) == 0)
    for (int cpu = 0; cpu < kMaxCpus; ++cpu)
      if (CPU_ISSET_S(cpu, size, mask)) allowed.insert(cpu);
  if (mask != nullptr) CPU_FREE(mask);
  std::set<std::string> cores;
  for (int cpu : allowed) {
    const std::string siblings =
        first_line("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    cores.insert(siblings.empty() ? std::to_string(cpu) : siblings);
  }
  if (allowed.empty()) {
    budget.threads = static_cast<int>(hardware);
    reason << hardware << " processors";
  } else {
    budget.threads = static_cast<int>(cores.size());
    reason << cores.size() << " physical cores in the affinity mask of " << allowed.size() << " of "
           << hardware << " processors";
  }
  const double quota = cgroup_quota();
  if (quota > 0 && std::ceil(quota) < budget.threads) {
    budget.threads = std::max(1, static_cast<int>(std::ceil(quota)));
    reason << ", cgroup quota " << quota;
  }
  budget.reason = reason.str();
  return budget;
}

}  // namespace euphonic
