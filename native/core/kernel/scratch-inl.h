// The scratch memory of a batch: every array is named, laid out and counted in lay_out.
#if defined(EUPHONIC_KERNEL_SCRATCH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_SCRATCH_INL
#undef EUPHONIC_KERNEL_SCRATCH_INL
#else
#define EUPHONIC_KERNEL_SCRATCH_INL
#endif

#include "core/kernel/band-inl.h"
#include "core/kernel/gradients-inl.h"
#include "core/kernel/kernel.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Arrays with kLanes in their last dimension are of the whole batch, those with kN of one vector of lanes. W:
// the doubles of an element of D, kN in the real form and 2 kN in the complex one.
struct Scratch {
  Points points;
  double* powers;        // of axis_powers
  double* atoms;         // [atom][re, im][kLanes] phases at f
  double* integers;      // the same at n
  double* chunk_phases;  // of chunk_phases, for the largest chunk; by tiles for all
  double* x;             // [block][kBlockRows][kLanes] sums of terms; by tiles [block][kBlockRows][kN]
  DipoleScratch dipole;
  double* matrix;  // D's lower triangle, packed [W]; gone with the reduction
  double* start;   // [n][W] the scattering vector
  double* reduction;
  double* band;             // of reductions in two stages
  Tridiagonal tridiagonal;  // in the end the eigenvalues
  double* z;                // [n][kLanes] first row of the eigenvectors of T
  double* length2;          // [kLanes] squared length of the scattering vector

  // With eigenvectors only.
  Tridiagonal known;      // eigenvalues, found without vectors
  double* order;          // [n][kLanes] the column of each mode
  double* rows;           // [n][n][kN] eigenvectors of T, where the matrix was
  double* sweeps;         // of KeptSweeps
  double* eigenvectors;   // [mode][n][W] of D
  double* shares;         // [1 + n][kN] weights of one mode in the rows of a histogram
  Reflectors reflectors;  // of reflector_sets vectors of lanes
  GradientScratch gradients;
};

inline std::size_t element_doubles(const Tables& t) { return t.real_form ? kN : 2 * kN; }

// Of D's lower triangle for one vector of lanes.
inline std::size_t matrix_doubles(const Tables& t) {
  const std::size_t n = t.n;
  return n * (n + 1) / 2 * element_doubles(t);
}

// With eigenvectors, all vectors of lanes of a batch are reduced before their eigenvalues are found together,
// as long as their reflectors fit into the second-level cache; those of larger matrices one after the other.
constexpr std::size_t kReflectorBytes = 512 * 1024;

inline std::size_t reflector_sets(const Tables& t) {
  const std::size_t n = t.n;
  return n * n * element_doubles(t) * sizeof(double) <= kReflectorBytes ? kBatchVectors : 1;
}

// Eigenvectors would have to go through both stages, which costs more than the second one saves.
inline bool reduces_by_band(const Tables& t, bool vectors) {
  return !vectors && matrix_doubles(t) * sizeof(double) > one_stage_bytes();
}

template <class F>
inline void lay_out_reduction(int n, bool by_band, Scratch& s, Layout& layout) {
  if (by_band) {
    layout.add(s.reduction, n * BandScratch<F>::kRow);
    layout.add(s.band, Band<F>::size(n));
  } else {
    layout.add(s.reduction, n * ReduceScratch<F>::kRow);
  }
}

inline void lay_out_vectors(const Tables& t, Scratch& s, Layout& layout) {
  const std::size_t n = t.n, width = element_doubles(t), sets = reflector_sets(t);
  s.rows = s.matrix;
  layout.add(s.known.diagonal, n * kLanes);
  layout.add(s.known.off, n * kLanes);
  layout.add(s.order, n * kLanes);
  layout.add(s.sweeps, KeptSweeps::scratch(t.n));
  layout.add(s.eigenvectors, n * n * width);
  layout.add(s.shares, (1 + n) * kN);
  layout.add(s.reflectors.u, sets * matrix_doubles(t));
  layout.add(s.reflectors.phase, sets * n * width);
}

inline void lay_out(const Tables& t, const ScratchUse& use, Scratch& s, Layout& layout) {
  const std::size_t n = t.n;
  std::size_t powers = 0, chunk_vectors = 0;
  for (int m : t.max_index) powers += 2 * (2 * m + 1) * kLanes;
  for (const TermChunk& c : t.chunks)
    chunk_vectors = std::max(chunk_vectors, static_cast<std::size_t>(c.n_vectors));
  lay_out_points(s.points, layout);
  layout.add(s.powers, powers);
  layout.add(s.chunk_phases, (t.by_tiles ? t.vectors.size() : chunk_vectors) * 2 * kLanes);
  layout.add(s.atoms, 2 * t.n_atoms * kLanes);
  layout.add(s.integers, 2 * t.n_atoms * kLanes);
  layout.add(s.x, t.by_tiles ? kTileBlocks * kBlockRows * kN : t.blocks.size() * kBlockRows * kLanes);
  if (t.dipole.present) lay_out_dipole(t.dipole, t.by_tiles, s.dipole, layout);
  // Eigenvectors of T take the place of the matrix: of a thousand atoms each is gigabytes.
  layout.add(s.matrix, use.eigenvectors ? std::max(matrix_doubles(t), n * n * kN) : matrix_doubles(t));
  layout.add(s.start, n * element_doubles(t));
  const bool by_band = reduces_by_band(t, use.eigenvectors);
  if (t.real_form) {
    lay_out_reduction<RealField>(t.n, by_band, s, layout);
  } else {
    lay_out_reduction<ComplexField>(t.n, by_band, s, layout);
  }
  layout.add(s.tridiagonal.diagonal, n * kLanes);
  layout.add(s.tridiagonal.off, n * kLanes);
  layout.add(s.z, n * kLanes);
  layout.add(s.length2, kLanes);
  if (use.eigenvectors) lay_out_vectors(t, s, layout);
  if (use.mode_gradients) lay_out_gradients(t, s.gradients, layout);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
