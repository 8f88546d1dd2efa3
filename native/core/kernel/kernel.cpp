// Run-time dispatch of the kernel: this file is compiled once for each SIMD target.
#include "core/kernel/kernel.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

#include "core/assertion.h"
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
  Layout layout(nullptr, kN);
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
    EUPHONIC_ASSERT(reinterpret_cast<std::uintptr_t>(memory_.get()) % HWY_ALIGNMENT == 0);
    size_ = size;
  }
  return memory_.get();
}

int batch_points() { return static_cast<int>(HWY_DYNAMIC_DISPATCH(BatchPoints)()); }

std::size_t line_doubles(int n, std::size_t count) {
  const std::size_t lanes = HWY_DYNAMIC_DISPATCH(BatchPoints)();
  return (count + lanes - 1) / lanes * lanes * (2 * static_cast<std::size_t>(n) + 1);
}

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

namespace {

void assert_consistent(const Tables& t) {
  const auto n = static_cast<std::size_t>(t.n_atoms);
  EUPHONIC_ASSERT(t.n_atoms > 0 && t.n == 3 * t.n_atoms);
  EUPHONIC_ASSERT(t.atom_r.size() == 3 * n && t.inverse_sqrt_mass.size() == n);
  EUPHONIC_ASSERT(t.orbit_pairs.size() == t.orbits.size() * (t.orbits.size() + 1) / 2);
  EUPHONIC_ASSERT(t.real_form || t.orbits.size() == n);
  if (t.dipole.present) {
    EUPHONIC_ASSERT(t.dipole.lambda > 0);
    EUPHONIC_ASSERT(t.dipole.born.size() == 9 * n);
    if (t.by_tiles) {
      EUPHONIC_ASSERT(t.dipole.g_stride >= t.dipole.g_pairs.size());
      EUPHONIC_ASSERT(t.dipole.atom_phases.size() == 2 * n * t.dipole.g_stride);
    } else {
      EUPHONIC_ASSERT(t.dipole.phases.size() == (t.dipole.n_pairs + 1) / 2 * 4 * t.dipole.g_pairs.size());
    }
  }
  EUPHONIC_ASSERT(t.maker == nullptr || (t.by_tiles && t.chunks.empty()));
  for (const TermChunk& chunk : t.chunks) {
    EUPHONIC_ASSERT(chunk.begin.size() == t.blocks.size() + 1);
    EUPHONIC_ASSERT(chunk.c_begin.size() == t.blocks.size() && chunk.s_begin.size() == t.blocks.size());
    EUPHONIC_ASSERT(chunk.vector_index.size() == chunk.begin.back());
    EUPHONIC_ASSERT(chunk.first_vector + chunk.n_vectors <= static_cast<int>(t.vectors.size()));
  }
}

// The pointers that go with what is asked for.
void assert_consistent(const KernelJob& job, const KernelRange& range) {
  EUPHONIC_ASSERT(job.tables != nullptr);
  assert_consistent(*job.tables);
  const auto n = static_cast<std::size_t>(job.tables->n_atoms);
  EUPHONIC_ASSERT(range.first + range.count <= range.stride);
  if (range.known_lines == nullptr) EUPHONIC_ASSERT(range.count == 0 || range.qpts != nullptr);
  if (range.kept_lines != nullptr || range.known_lines != nullptr)
    EUPHONIC_ASSERT(job.broadening != nullptr && range.first % batch_points() == 0);
  EUPHONIC_ASSERT(job.broadening != nullptr || job.histogram != nullptr || range.frequencies != nullptr);
  EUPHONIC_ASSERT(!job.differentiates() || !job.tables->real_form);
  EUPHONIC_ASSERT(!job.needs_vectors() || job.scattering == nullptr);
  EUPHONIC_ASSERT(!job.eigenvectors || range.eigenvectors != nullptr);
  EUPHONIC_ASSERT(!job.mode_gradients || range.mode_gradients != nullptr);
  if (job.displacements != nullptr)
    EUPHONIC_ASSERT(range.displacements != nullptr && job.displacements->frequency_min > 0);
  if (job.histogram != nullptr) {
    EUPHONIC_ASSERT(range.histogram != nullptr && !job.eigenvectors);
    EUPHONIC_ASSERT((job.scattering != nullptr) == (job.histogram->weight == ModeWeight::structure_factor));
    EUPHONIC_ASSERT(job.histogram->bins > 0 && job.histogram->energy_max > job.histogram->energy_min);
  }
  if (job.scattering != nullptr) {
    EUPHONIC_ASSERT(job.broadening != nullptr || job.histogram != nullptr ||
                    range.structure_factors != nullptr);
    EUPHONIC_ASSERT(job.scattering->amplitude.size() == 2 * n);
    EUPHONIC_ASSERT(job.scattering->debye_waller.empty() || job.scattering->debye_waller.size() == 6 * n);
  }
  if (job.broadening != nullptr) {
    EUPHONIC_ASSERT(job.scattering != nullptr && !job.broadening->width.empty());
    EUPHONIC_ASSERT(range.energies != nullptr && range.intensities != nullptr);
  }
}

}  // namespace

void run_kernel(const KernelJob& job, KernelRange& range, Workspace& workspace) {
  assert_consistent(job, range);
  HWY_DYNAMIC_DISPATCH(RunKernel)(job, range, workspace);
}

}  // namespace euphonic
#endif
