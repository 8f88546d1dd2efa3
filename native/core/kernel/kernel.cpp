// Run-time dispatch of the kernel: this file is compiled once for each SIMD target.
#include "core/kernel/kernel.h"

#include <algorithm>
#include <cstring>

#include "core/kernel/targets.h"
#include "core/platform/ticks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernel/kernel.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "core/kernel/broadening-inl.h"
#include "core/kernel/gradients-inl.h"
#include "core/kernel/workspace-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Adds the ticks since its making, or since the last mark, to a stage.
class StageClock {
 public:
  explicit StageClock(StageCounts* counts) : counts_(counts), last_(counts != nullptr ? ticks() : 0) {}
  void mark(Stage stage) {
    if (counts_ == nullptr) return;
    const unsigned long long now = ticks();
    counts_->ticks[stage] += now - last_;
    last_ = now;
  }
  void add_rotations(std::size_t rotations) {
    if (counts_ != nullptr) counts_->rotations += rotations;
  }

 private:
  StageCounts* counts_;
  unsigned long long last_;
};

std::size_t BatchPoints() { return kLanes; }

const char* CompiledTarget() { return hwy::TargetName(HWY_TARGET); }

std::size_t WorkspaceDoubles(const Tables& t, bool vectors) {
  std::size_t total = 0;
  for (std::size_t x : sizes(t, vectors).slot) total += x;
  return total;
}

// Points [first, first + count) of the range, count <= kLanes.
void run_batch(const KernelJob& job, KernelRange& range, std::size_t first, std::size_t count,
               Workspace& workspace) {
  const Tables& t = *job.tables;
  const ScatteringTables* scattering = job.scattering;
  const bool vectors_wanted = job.needs_vectors();
  const bool by_band = reduces_by_band(t, vectors_wanted);
  const Sizes size = sizes(t, vectors_wanted);
  const auto slot = [&](Slot s) { return workspace.get(s, size.slot[s]); };
  StageClock clock(job.counts);
  const auto cancelled = [&] {
    return job.cancelled != nullptr && job.cancelled->load(std::memory_order_relaxed);
  };

  double* base = slot(kPoints);
  const Points p{
      base, base + 3 * kLanes, base + 6 * kLanes, base + 9 * kLanes, base + 12 * kLanes, base + 18 * kLanes};
  for (int a = 0; a < 3; ++a) {
    // Lanes beyond the end repeat the last point.
    for (std::size_t k = 0; k < kLanes; ++k) {
      const std::size_t at = a * range.stride + first + std::min(k, count - 1);
      p.q[a * kLanes + k] = range.qpts[at];
      p.dir[a * kLanes + k] = range.directions != nullptr ? range.directions[at] : 0.0;
    }
  }
  double* powers = slot(kPowers);
  double* atoms = slot(kAtoms);
  double* integers = slot(kIntegers);
  for (std::size_t lane = 0; lane < kLanes; lane += kN) {
    reduce_points(t, p, lane);
    axis_powers(t.max_index, p, lane, powers);
    atom_phases(t, p.f, lane, atoms);
    if (scattering != nullptr) atom_phases(t, p.n, lane, integers);
  }
  clock.mark(kPhases);

  double* phases = slot(kChunkPhases);
  double* x = slot(kX);
  GradientScratch gradients;
  if (job.mode_gradients) gradients = gradient_scratch(t, workspace, kGradients);
  bool first_chunk = true;
  for (const TermChunk& chunk : t.chunks) {
    if (t.sines) {
      chunk_phases<true>(t, chunk, powers, phases);
    } else {
      chunk_phases<false>(t, chunk, powers, phases);
    }
    clock.mark(kPhases);
    add_terms(t, chunk, phases, first_chunk, x, job.cancelled);
    if (job.mode_gradients)
      chunk_phases<true>(t, chunk, powers, gradients.phases + chunk.first_vector * 2 * kLanes);
    first_chunk = false;
    clock.mark(kTerms);
    if (cancelled()) return;
  }

  double* scratch = slot(kReduceScratch);
  double* bands = slot(kBands);
  const Tridiagonal tridiagonal{bands, bands + t.n * kLanes};
  double* z = slot(kFirstRow);
  double* matrix = slot(kMatrix);
  double* start = slot(kStart);
  DipoleScratch dipole{};
  if (t.dipole.present) dipole = {slot(kExponentials), slot(kMoments), slot(kSelf), slot(kPairs)};
  V length2[kBatchVectors];

  // From the sums of terms to the tridiagonal matrix of one vector of lanes.
  const auto tridiagonalise = [&](std::size_t v, const Reflectors& keep) {
    const std::size_t lane = v * kN;
    if (t.dipole.present) dipole_sums(t.dipole, p, job.splitting, lane, dipole, job.cancelled);
    clock.mark(kDipole);
    const BlockSource source{&t, x, powers, atoms, dipole.self, dipole.t, lane};
    if (t.real_form) {
      assemble_symmetric(source, matrix, job.cancelled);
    } else {
      assemble_hermitian(source, matrix, job.cancelled);
    }
    clock.mark(kAssemble);
    if (cancelled()) return;
    if (scattering != nullptr) {
      scattering_vector(t, *scattering, p, integers, lane, start);
      clock.mark(kScattering);
    }
    double* v0 = scattering != nullptr ? start : nullptr;
    const auto reduced = [&](auto field) {
      using F = decltype(field);
      if (by_band)
        return reduce_by_band<F>(t.n, matrix, v0, scratch, slot(kBandMatrix), tridiagonal, lane,
                                 job.cancelled);
      return reduce<F>(t.n, matrix, v0, scratch, tridiagonal, lane, keep, job.cancelled);
    };
    length2[v] = t.real_form ? reduced(RealField()) : reduced(ComplexField());
    clock.mark(kReduce);
  };

  // From there to eigenvectors and what is made of them.
  // known: the eigenvalues, which become the frequencies, so that these are the same bits as without
  // eigenvectors, where the matrix is reduced in one stage.
  const auto write_modes = [&](std::size_t v, const Reflectors& keep, double* known) {
    // Eigenvectors are large: one vector of lanes at a time, written out before the next.
    const std::size_t lane = v * kN, here = std::min(kN, count - lane);
    double* order = slot(kOrder);
    double* y = slot(kBack);
    const VectorJob wanted{slot(kRows), slot(kSweeps), known};
    clock.add_rotations(kN * diagonalise<1>(t.n, tridiagonal, z, lane, &wanted, job.cancelled));
    clock.mark(kDiagonalise);
    if (cancelled()) return;
    for (int i = 0; i < t.n; ++i) store(set(i), order + i * kLanes + lane);
    sort_lanes(t.n, tridiagonal.diagonal, order, lane);
    if (t.real_form) {
      back_transform<RealField>(t.n, wanted.rows, order + lane, keep, y, job.cancelled);
    } else {
      back_transform<ComplexField>(t.n, wanted.rows, order + lane, keep, y, job.cancelled);
    }
    if (job.displacements != nullptr) {
      write_displacements(t, *job.displacements, y, tridiagonal.diagonal, lane, here, range.stride,
                          range.displacements + first + lane);
    }
    if (job.mode_gradients) {
      if (t.dipole.present) dipole_gradients(t.dipole, p, lane, gradients, job.cancelled);
      add_gradients(BlockSource{&t, x, powers, atoms, dipole.self, dipole.t, lane}, gradients, y,
                    job.cancelled);
    }
    sort_lanes(t.n, known, z, lane);
    range.imaginary += to_frequencies(t.n, known, lane, here);
    write_frequencies(t.n, known, lane, here, range.stride, range.frequencies + first + lane);
    if (job.eigenvectors) {
      write_eigenvectors(t, y, atoms, lane, here, range.stride, range.eigenvectors + first + lane,
                         job.cancelled);
    }
    if (job.mode_gradients) {
      write_gradients(t, gradients, known, lane, here, range.stride, range.mode_gradients + first + lane);
    }
    clock.mark(kVectors);
  };

  const std::size_t vectors = (count + kN - 1) / kN;
  for (std::size_t v = vectors; v < kBatchVectors; ++v) {
    // Nothing to do here, but the chain of the diagonalisation wants numbers.
    length2[v] = hn::Zero(d);
    for (int i = 0; i < t.n; ++i) {
      store(hn::Zero(d), tridiagonal.diagonal + i * kLanes + v * kN);
      store(hn::Zero(d), tridiagonal.off + i * kLanes + v * kN);
    }
  }

  if (vectors_wanted) {
    double* known = slot(kKnownBands);
    const std::size_t group = reflector_sets(t);
    const std::size_t bands_size = 2 * static_cast<std::size_t>(t.n) * kLanes;
    const std::size_t u_size = size.slot[kKeepU] / group, phase_size = size.slot[kKeepPhase] / group;
    const auto keep = [&](std::size_t v) {
      return Reflectors{slot(kKeepU) + v % group * u_size, slot(kKeepPhase) + v % group * phase_size};
    };
    for (std::size_t v0 = 0; v0 < vectors; v0 += group) {
      const std::size_t end = std::min(vectors, v0 + group);
      for (std::size_t v = v0; v < end; ++v) {
        tridiagonalise(v, keep(v));
        if (cancelled()) return;
      }
      std::copy(bands, bands + bands_size, known);
      const Tridiagonal copy{known, known + t.n * kLanes};
      if (group == 1) {
        diagonalise<1>(t.n, copy, z, v0 * kN, nullptr, job.cancelled);
      } else {
        for (std::size_t v = v0; v < end; v += kChainVectors)
          diagonalise<kChainVectors>(t.n, copy, z, v * kN, nullptr, job.cancelled);
      }
      clock.mark(kDiagonalise);
      for (std::size_t v = v0; v < end; ++v) {
        if (cancelled()) return;
        write_modes(v, keep(v), known);
      }
    }
    hwy::FlushStream();  // of write_eigenvectors
    return;
  }
  for (std::size_t v = 0; v < vectors; ++v) {
    tridiagonalise(v, Reflectors{});
    if (cancelled()) return;
  }

  const Broadening* broadening = job.broadening;
  if (broadening != nullptr && broadening->shape == LineShape::dho) {
    for (std::size_t v = 0; v < vectors; ++v) {
      const std::size_t lane = v * kN, here = std::min(kN, count - lane);
      write_oscillators(t, *scattering, *broadening, tridiagonal, length2[v], lane,
                        load_energies(range, first + lane, here), here, range.intensities + first + lane);
    }
    clock.mark(kOutput);
    return;
  }

  for (std::size_t v = 0; v < kBatchVectors; v += kChainVectors)
    if (v < vectors)
      clock.add_rotations(kN *
                          diagonalise<kChainVectors>(t.n, tridiagonal, z, v * kN, nullptr, job.cancelled));
  clock.mark(kDiagonalise);
  for (std::size_t v = 0; v < vectors; ++v) {
    const std::size_t lane = v * kN, here = std::min(kN, count - lane);
    if (broadening != nullptr) {
      // A sum over modes needs no order.
      range.imaginary += to_frequencies(t.n, tridiagonal.diagonal, lane, here);
      write_line_shapes(t, *scattering, *broadening, tridiagonal.diagonal, z, length2[v], lane,
                        load_energies(range, first + lane, here), here, range.intensities + first + lane);
      continue;
    }
    sort_lanes(t.n, tridiagonal.diagonal, z, lane);
    range.imaginary += to_frequencies(t.n, tridiagonal.diagonal, lane, here);
    write_frequencies(t.n, tridiagonal.diagonal, lane, here, range.stride, range.frequencies + first + lane);
    if (scattering != nullptr)
      write_structure_factors(t, *scattering, tridiagonal.diagonal, z, length2[v], lane, here, range.stride,
                              range.structure_factors + first + lane);
  }
  clock.mark(kOutput);
}

void RunKernel(const KernelJob& job, KernelRange& range, Workspace& workspace) {
  for (std::size_t first = 0; first < range.count; first += kLanes) {
    if (job.cancelled != nullptr && job.cancelled->load(std::memory_order_relaxed)) return;
    run_batch(job, range, range.first + first, std::min(kLanes, range.count - first), workspace);
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

double* Workspace::get(int slot, std::size_t size) {
  if (sizes_[slot] < size) {
    sizes_[slot] = 0;
    slots_[slot] = hwy::AllocateAligned<double>(size);
    if (!slots_[slot]) throw std::bad_alloc();
    sizes_[slot] = size;
  }
  return slots_[slot].get();
}

std::size_t Workspace::bytes() const {
  std::size_t total = 0;
  for (std::size_t s : sizes_) total += sizeof(double) * s;
  return total;
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

std::size_t workspace_bytes(const Tables& tables, bool eigenvectors) {
  return sizeof(double) * HWY_DYNAMIC_DISPATCH(WorkspaceDoubles)(tables, eigenvectors);
}

void run_kernel(const KernelJob& job, KernelRange& range, Workspace& workspace) {
  HWY_DYNAMIC_DISPATCH(RunKernel)(job, range, workspace);
}

}  // namespace euphonic
#endif
