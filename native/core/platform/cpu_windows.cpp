// Windows: affinity mask, topology of the process's group of processors, quota of its job object.
#include <windows.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <sstream>
#include <thread>
#include <vector>

#include "core/platform/cpu.h"

namespace euphonic {

namespace {

// Physical cores with a processor in the mask; 0 where the system does not tell.
int physical_cores(KAFFINITY mask) {
  DWORD bytes = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, nullptr, &bytes);
  std::vector<std::byte> facts(bytes);
  auto* const first = reinterpret_cast<SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(facts.data());
  if (bytes == 0 || !GetLogicalProcessorInformationEx(RelationProcessorCore, first, &bytes)) return 0;
  USHORT groups = 1;
  USHORT group = 0;
  // a process in several groups, of which there is no room for the names, has no one mask: all cores count
  const bool one_group = GetProcessGroupAffinity(GetCurrentProcess(), &groups, &group) != 0;
  int cores = 0;
  for (DWORD at = 0; at < bytes;) {
    const auto* core = reinterpret_cast<const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX*>(facts.data() + at);
    const GROUP_AFFINITY& place = core->Processor.GroupMask[0];
    cores += !one_group || (place.Group == group && (place.Mask & mask) != 0);
    at += core->Size;
  }
  return cores;
}

// Share of the machine that the job object of a container grants; 1: all of it.
double quota() {
  JOBOBJECT_CPU_RATE_CONTROL_INFORMATION rate{};
  if (!QueryInformationJobObject(nullptr, JobObjectCpuRateControlInformation, &rate, sizeof rate, nullptr))
    return 1;
  constexpr DWORD kCapped = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
  return (rate.ControlFlags & kCapped) == kCapped ? rate.CpuRate / 10'000.0 : 1;
}

}  // namespace

ThreadBudget available_threads() {
  const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  DWORD_PTR mine = 0;
  DWORD_PTR all = 0;
  GetProcessAffinityMask(GetCurrentProcess(), &mine, &all);
  const int cores = physical_cores(mine);
  ThreadBudget budget;
  std::ostringstream reason;
  if (cores > 0) {
    budget.threads = cores;
    reason << cores << " physical cores of " << processors << " processors";
  } else {
    budget.threads = processors;
    reason << processors << " processors";
  }
  const double granted = std::ceil(quota() * processors);
  if (granted < budget.threads) {
    budget.threads = std::max(1, static_cast<int>(granted));
    reason << ", job object's quota " << granted;
  }
  budget.reason = reason.str();
  return budget;
}

}  // namespace euphonic
