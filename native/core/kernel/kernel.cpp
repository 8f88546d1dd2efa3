// Run-time dispatch of the kernel: this file is compiled once for each SIMD target.
#include "core/kernel/kernel.h"

#include <algorithm>
#include <cstring>

#include "core/kernel/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernel/kernel.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "core/kernel/batch-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

std::size_t BatchPoints() { return kLanes; }

const char* CompiledTarget() { return hwy::TargetName(HWY_TARGET); }

std::size_t WorkspaceDoubles(const Tables& t, const ScratchUse& use) {
  Scratch s{};
  Layout layout(nullptr);
  lay_out(t, use, s, layout);
  return layout.size();
}

void RunKernel(const KernelJob& job, KernelRange& range, Workspace& workspace) {
  for (std::size_t first = 0; first < range.count; first += kLanes) {
    if (is_cancelled(job.cancelled)) return;
    Batch batch(job, range, range.first + first, std::min(kLanes, range.count - first), workspace);
    run_batch(batch);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace euphonic {

HWY_EXPORT(RunKernel);
HWY_EXPORT(BatchPoints);
HWY_EXPORT(CompiledTarget);
HWY_EXPORT(WorkspaceDoubles);

const char* stage_name(int stage) {
  constexpr const char* names[kStages] = {"phases",    "terms", "dipole",       "assemble", "scattering",
                                          "reduction", "QL",    "eigenvectors", "output"};
  return names[stage];
}

static std::atomic<std::size_t> one_stage_limit{kOneStageBytes};
std::size_t one_stage_bytes() { return one_stage_limit.load(std::memory_order_relaxed); }
void set_one_stage_bytes(std::size_t bytes) { one_stage_limit = bytes; }

double* Workspace::get(std::size_t size) {
  if (size_ < size) {
    size_ = 0;
    memory_.reset();
    memory_ = hwy::AllocateAligned<double>(size);
    if (!memory_) throw std::bad_alloc();
    size_ = size;
  }
  return memory_.get();
}

int batch_points() { return static_cast<int>(HWY_DYNAMIC_DISPATCH(BatchPoints)()); }

const char* chosen_target() { return HWY_DYNAMIC_DISPATCH(CompiledTarget)(); }

bool force_target(const char* name) {
  hwy::SetSupportedTargetsForTest(0);
  const std::int64_t available = hwy::SupportedTargets();
  // releases of Highway differ in the targets they know
  for (std::int64_t left = available; left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    if (std::strcmp(hwy::TargetName(target), name) != 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return std::strcmp(chosen_target(), name) == 0;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return false;
}

std::size_t workspace_bytes(const Tables& tables, const ScratchUse& use) {
  return sizeof(double) * HWY_DYNAMIC_DISPATCH(WorkspaceDoubles)(tables, use);
}

void run_kernel(const KernelJob& job, KernelRange& range, Workspace& workspace) {
  HWY_DYNAMIC_DISPATCH(RunKernel)(job, range, workspace);
}

}  // namespace euphonic
#endif
