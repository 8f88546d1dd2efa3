// The scratch memory of a batch: what is kept in which slot of a thread's Workspace, and how large that is.
#if defined(EUPHONIC_KERNEL_WORKSPACE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_WORKSPACE_INL
#undef EUPHONIC_KERNEL_WORKSPACE_INL
#else
#define EUPHONIC_KERNEL_WORKSPACE_INL
#endif

#include "core/kernel/band-inl.h"
#include "core/kernel/eigenvectors-inl.h"
#include "core/kernel/gradients-inl.h"
#include "core/kernel/kernel.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

enum Slot {
  kPoints,
  kPowers,
  kChunkPhases,
  kAtoms,
  kIntegers,
  kX,
  kMoments,
  kExponentials,
  kSelf,
  kPairs,
  kMatrix,
  kStart,
  kReduceScratch,
  kBandMatrix,
  kBands,
  kKnownBands,
  kFirstRow,
  kOrder,
  kRows,
  kSweeps,
  kBack,
  kKeepU,
  kKeepPhase,
  kGradients  // of a size of its own: gradient_scratch
};

// Of D's lower triangle for one vector of lanes.
inline std::size_t matrix_doubles(const Tables& t) {
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  return n * (n + 1) / 2 * width * kN;
}

struct Sizes {
  std::size_t slot[kKeepPhase + 1] = {};
};

// With eigenvectors, all vectors of lanes of a batch are reduced before their eigenvalues are found together,
// as long as their reflectors fit into the second-level cache; those of larger matrices one after the other.
constexpr std::size_t kReflectorBytes = 512 * 1024;

inline std::size_t reflector_sets(const Tables& t) {
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  return n * n * width * kN * sizeof(double) <= kReflectorBytes ? kBatchVectors : 1;
}

// Eigenvectors would have to go through both stages, which costs more than the second one saves.
inline bool reduces_by_band(const Tables& t, bool vectors) {
  return !vectors && matrix_doubles(t) * sizeof(double) > one_stage_bytes();
}

inline Sizes sizes(const Tables& t, bool vectors) {
  Sizes s;
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  s.slot[kPoints] = (3 * 4 + 6 + 1) * kLanes;
  for (int m : t.max_index) s.slot[kPowers] += 2 * (2 * m + 1) * kLanes;
  for (const TermChunk& c : t.chunks)
    s.slot[kChunkPhases] = std::max(s.slot[kChunkPhases], static_cast<std::size_t>(c.n_vectors) * 2 * kLanes);
  s.slot[kAtoms] = s.slot[kIntegers] = 2 * t.n_atoms * kLanes;
  s.slot[kX] = t.blocks.size() * kBlockRows * kLanes;
  if (t.dipole.present) {
    s.slot[kMoments] = 12 * kDipoleChunk * kN;
    for (int m : t.dipole.max_index) s.slot[kExponentials] += (2 * m + 1) * kN;
    s.slot[kSelf] = 12 * kN;
    s.slot[kPairs] = (t.dipole.n_pairs + 2) * kDipoleRows * kN;
  }
  s.slot[kMatrix] = matrix_doubles(t);
  s.slot[kStart] = n * width * kN;
  const auto reduction = [&](auto field) {
    using F = decltype(field);
    if (reduces_by_band(t, vectors)) {
      s.slot[kReduceScratch] = n * BandScratch<F>::kRow;
      s.slot[kBandMatrix] = Band<F>::size(t.n);
    } else {
      s.slot[kReduceScratch] = n * ReduceScratch<F>::kRow;
    }
  };
  if (t.real_form) {
    reduction(RealField());
  } else {
    reduction(ComplexField());
  }
  s.slot[kBands] = 2 * n * kLanes;
  s.slot[kFirstRow] = n * kLanes;
  if (vectors) {
    s.slot[kKnownBands] = 2 * n * kLanes;
    s.slot[kOrder] = n * kLanes;
    s.slot[kRows] = n * n * kN;
    s.slot[kSweeps] = KeptSweeps::scratch(t.n);
    s.slot[kBack] = n * n * width * kN;
    s.slot[kKeepU] = reflector_sets(t) * n * n * width * kN;
    s.slot[kKeepPhase] = reflector_sets(t) * n * width * kN;
  }
  return s;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
