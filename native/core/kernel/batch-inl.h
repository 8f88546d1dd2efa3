// A batch of q-points and the stages that it goes through, each on the arrays of its scratch memory.
#if defined(EUPHONIC_KERNEL_BATCH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_BATCH_INL
#undef EUPHONIC_KERNEL_BATCH_INL
#else
#define EUPHONIC_KERNEL_BATCH_INL
#endif

#include "core/kernel/broadening-inl.h"
#include "core/kernel/histogram-inl.h"
#include "core/kernel/scratch-inl.h"
#include "core/kernel/tiles-inl.h"
#include "core/platform/ticks.h"
#include "hwy/cache_control.h"

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

// Points [first, first + count) of the range, count <= kLanes.
struct Batch {
  const KernelJob& job;
  const Tables& t;
  KernelRange& range;
  std::size_t first, count;
  Scratch s{};
  StageClock clock;

  Batch(const KernelJob& given, KernelRange& all, std::size_t first_point, std::size_t points,
        Workspace& workspace)
      : job(given), t(*given.tables), range(all), first(first_point), count(points), clock(given.counts) {
    const ScratchUse use = scratch_use(job);
    Layout counted(nullptr, kN);
    lay_out(t, use, s, counted);
    Layout placed(workspace.get(counted.size()), kN);
    lay_out(t, use, s, placed);
  }

  bool cancelled() const { return is_cancelled(job.cancelled); }
  // Vectors of lanes with points in them; what a vector's first lane is, and how many points it has.
  std::size_t vectors() const { return (count + kN - 1) / kN; }
  static std::size_t lane(std::size_t v) { return v * kN; }
  std::size_t points(std::size_t v) const { return std::min(kN, count - lane(v)); }
  // Where results of a vector's points begin in an array whose last dimension is the q-point.
  double* result(double* array, std::size_t v) const { return array + first + lane(v); }

  // Of a vector's points in a histogram; null where all are 1.
  const double* weights(std::size_t v) const {
    return range.weights == nullptr ? nullptr : range.weights + first + lane(v);
  }

  BlockSource source(std::size_t v) const {
    return {&t, s.x, s.powers, s.atoms, s.dipole.self, s.dipole.t, lane(v)};
  }
  // The set of reflectors that a vector of lanes uses.
  Reflectors reflectors(std::size_t v) const {
    const std::size_t n = t.n, set = v % reflector_sets(t), width = element_doubles(t);
    return {s.reflectors.u + set * matrix_doubles(t), s.reflectors.phase + set * n * width};
  }
};

// q-points and directions of the batch; lanes beyond the end repeat the last point.
inline void load_points(const Batch& b) {
  for (int a = 0; a < 3; ++a) {
    for (std::size_t k = 0; k < kLanes; ++k) {
      const std::size_t at = a * b.range.stride + b.first + std::min(k, b.count - 1);
      b.s.points.q[a * kLanes + k] = b.range.qpts[at];
      b.s.points.dir[a * kLanes + k] = b.range.directions != nullptr ? b.range.directions[at] : 0.0;
    }
  }
}

inline void find_phases(Batch& b) {
  load_points(b);
  for (std::size_t lane = 0; lane < kLanes; lane += kN) {
    reduce_points(b.t, b.s.points, lane);
    axis_powers(b.t.max_index, b.s.points, lane, b.s.powers);
    atom_phases(b.t, b.s.points.f, lane, b.s.atoms);
    if (b.job.scattering != nullptr) atom_phases(b.t, b.s.points.n, lane, b.s.integers);
  }
  b.clock.mark(kPhases);
}

// cos and sin of 2 pi f.R for all lattice vectors R: [vector][cos, sin][kLanes], or without sines.
inline void all_phases(const Batch& b, bool sines, double* out) {
  TermChunk all;
  all.n_vectors = static_cast<int>(b.t.vectors.size());
  if (sines) {
    chunk_phases<true>(b.t, all, b.s.powers, out);
  } else {
    chunk_phases<false>(b.t, all, b.s.powers, out);
  }
}

inline void sum_terms(Batch& b) {
  if (b.job.differentiates()) all_phases(b, true, b.s.gradients.phases);
  if (b.t.by_tiles) {
    all_phases(b, b.t.sines, b.s.chunk_phases);
    return b.clock.mark(kPhases);
  }
  bool first_chunk = true;
  for (const TermChunk& chunk : b.t.chunks) {
    if (b.t.sines) {
      chunk_phases<true>(b.t, chunk, b.s.powers, b.s.chunk_phases);
    } else {
      chunk_phases<false>(b.t, chunk, b.s.powers, b.s.chunk_phases);
    }
    b.clock.mark(kPhases);
    add_terms(b.t, chunk, b.s.chunk_phases, first_chunk, b.s.x, b.job.cancelled);
    first_chunk = false;
    b.clock.mark(kTerms);
    if (b.cancelled()) return;
  }
}

// Lanes without points take part in the chain of the diagonalisation, which wants numbers.
inline void clear_empty_vectors(const Batch& b) {
  for (std::size_t v = b.vectors(); v < kBatchVectors; ++v) {
    for (int i = 0; i < b.t.n; ++i) {
      store(hn::Zero(d), b.s.tridiagonal.diagonal + i * kLanes + Batch::lane(v));
      store(hn::Zero(d), b.s.tridiagonal.off + i * kLanes + Batch::lane(v));
    }
  }
}

template <class F>
inline V reduce_matrix(const Batch& b, std::size_t v, const Reflectors& keep) {
  const double* start = b.job.scattering != nullptr ? b.s.start : nullptr;
  if (reduces_by_band(b.t, b.job.needs_vectors()))
    return reduce_by_band<F>(b.t.n, b.s.matrix, start, b.s.reduction, b.s.band, b.s.tridiagonal,
                             Batch::lane(v), b.job.cancelled);
  return reduce<F>(b.t.n, b.s.matrix, start, b.s.reduction, b.s.tridiagonal, Batch::lane(v), keep,
                   b.job.cancelled);
}

// D of one vector of lanes, tile by tile.
inline void assemble_by_tiles(Batch& b, std::size_t v) {
  BlockTerms terms(b.t);
  for (std::size_t first = 0; first < b.t.orbit_pairs.size() && !b.cancelled(); first += kTileOrbitPairs) {
    const Tile tile = tile_at(b.t, first);
    tile_terms(b.t, tile, terms, b.s.chunk_phases + Batch::lane(v), b.s.x);
    b.clock.mark(kTerms);
    if (b.t.dipole.present) tile_dipole(b.t, tile, b.s.dipole.moments, b.s.dipole.pair_phases, b.s.dipole.t);
    b.clock.mark(kDipole);
    assemble(with_tile(b.source(v), tile), tile.first, tile.end, b.s.matrix, b.job.cancelled);
    b.clock.mark(kAssemble);
  }
}

// From the sums of terms to the tridiagonal matrix of one vector of lanes.
inline void tridiagonalise(Batch& b, std::size_t v, const Reflectors& keep) {
  if (b.t.dipole.present)
    dipole_sums(b.t.dipole, b.s.points, b.job.splitting, Batch::lane(v), b.t.by_tiles, b.s.dipole,
                b.job.cancelled);
  b.clock.mark(kDipole);
  if (b.t.by_tiles) {
    assemble_by_tiles(b, v);
  } else {
    assemble(b.source(v), 0, b.t.orbit_pairs.size(), b.s.matrix, b.job.cancelled);
  }
  b.clock.mark(kAssemble);
  if (b.cancelled()) return;
  if (b.job.scattering != nullptr) {
    scattering_vector(b.t, *b.job.scattering, b.s.points, b.s.integers, Batch::lane(v), b.s.start);
    b.clock.mark(kScattering);
  }
  const V length2 =
      b.t.real_form ? reduce_matrix<RealField>(b, v, keep) : reduce_matrix<ComplexField>(b, v, keep);
  store(length2, b.s.length2 + Batch::lane(v));
  b.clock.mark(kReduce);
}

// Eigenvectors of one vector of lanes, in ascending order of their eigenvalues; these are in s.tridiagonal.
inline void find_vectors(Batch& b, std::size_t v, const Reflectors& kept) {
  const Scratch& s = b.s;
  const std::size_t lane = Batch::lane(v);
  const VectorJob wanted{s.rows, s.sweeps, s.known.diagonal};
  b.clock.add_rotations(kN * diagonalise<1>(b.t.n, s.tridiagonal, s.z, lane, &wanted, b.job.cancelled));
  b.clock.mark(kDiagonalise);
  if (b.cancelled()) return;
  for (int i = 0; i < b.t.n; ++i) store(set(i), s.order + i * kLanes + lane);
  sort_lanes(b.t.n, s.tridiagonal.diagonal, s.order, lane);
  if (b.t.real_form) {
    back_transform<RealField>(b.t.n, s.rows, s.order + lane, kept, s.eigenvectors, b.job.cancelled);
  } else {
    back_transform<ComplexField>(b.t.n, s.rows, s.order + lane, kept, s.eigenvectors, b.job.cancelled);
  }
}

// The gradients of all modes, before their frequencies are taken into account.
inline void sum_gradients(const Batch& b, std::size_t v) {
  const Scratch& s = b.s;
  const GradientScratch& g = s.gradients;
  const std::size_t lane = Batch::lane(v);
  if (b.t.dipole.present) dipole_gradients(b.t.dipole, s.points, lane, b.t.by_tiles, g, b.job.cancelled);
  std::fill(g.sums, g.sums + 3 * static_cast<std::size_t>(b.t.n) * kN, 0.0);
  BlockTerms terms(b.t);
  if (!b.t.by_tiles)
    return add_gradients(b.source(v), g, terms, 0, static_cast<int>(b.t.blocks.size()), s.eigenvectors,
                         b.job.cancelled);
  for (std::size_t first = 0; first < b.t.orbit_pairs.size() && !b.cancelled(); first += kTileOrbitPairs) {
    const Tile tile = tile_at(b.t, first);
    tile_terms(b.t, tile, terms, s.chunk_phases + lane, s.x);
    for (int c = 0; b.t.dipole.present && c < 3; ++c)
      tile_dipole(b.t, tile, g.moments + c * g.moments_size, s.dipole.pair_phases, g.t + c * g.t_size);
    add_gradients(with_tile(b.source(v), tile), g, terms, tile.first_block, tile.end_block, s.eigenvectors,
                  b.job.cancelled);
  }
}

// What is made of them. The frequencies are of the known eigenvalues, so that they are the same bits as
// without eigenvectors, where the matrix is reduced in one stage.
inline void write_modes(Batch& b, std::size_t v) {
  const Scratch& s = b.s;
  const KernelRange& to = b.range;
  const std::size_t lane = Batch::lane(v), here = b.points(v);
  if (b.job.displacements != nullptr)
    write_displacements(b.t, *b.job.displacements, s.eigenvectors, s.tridiagonal.diagonal, lane, here,
                        to.stride, b.result(to.displacements, v));
  if (b.job.differentiates()) sum_gradients(b, v);
  double* frequencies = s.known.diagonal;
  sort_lanes(b.t.n, frequencies, s.z, lane);
  b.range.imaginary += to_frequencies(b.t.n, frequencies, lane, here);
  if (b.job.histogram != nullptr) {
    count_modes(b.t, *b.job.histogram, frequencies, s.eigenvectors,
                b.job.differentiates() ? &s.gradients : nullptr, lane, here, b.weights(v), s.shares,
                to.histogram);
    b.clock.mark(kVectors);
    return;
  }
  write_frequencies(b.t.n, frequencies, lane, here, to.stride, b.result(to.frequencies, v));
  if (b.job.eigenvectors)
    write_eigenvectors(b.t, s.eigenvectors, s.atoms, lane, here, to.stride, b.result(to.eigenvectors, v),
                       b.job.cancelled);
  if (b.job.mode_gradients)
    write_gradients(b.t, s.gradients, frequencies, lane, here, to.stride, b.result(to.mode_gradients, v));
  b.clock.mark(kVectors);
}

// Eigenvalues of the vectors of lanes first .. end, without vectors, into s.known.
inline void find_known(Batch& b, std::size_t first, std::size_t end) {
  const std::size_t size = static_cast<std::size_t>(b.t.n) * kLanes;
  std::copy(b.s.tridiagonal.diagonal, b.s.tridiagonal.diagonal + size, b.s.known.diagonal);
  std::copy(b.s.tridiagonal.off, b.s.tridiagonal.off + size, b.s.known.off);
  if (reflector_sets(b.t) == 1) {
    diagonalise<1>(b.t.n, b.s.known, b.s.z, Batch::lane(first), nullptr, b.job.cancelled);
  } else {
    for (std::size_t v = first; v < end; v += kChainVectors)
      diagonalise<kChainVectors>(b.t.n, b.s.known, b.s.z, Batch::lane(v), nullptr, b.job.cancelled);
  }
  b.clock.mark(kDiagonalise);
}

// Matrices whose reflectors fit in together go through the chain of the eigenvalues together. Eigenvectors
// are large: one vector of lanes at a time, written out before the next.
inline void run_vectors(Batch& b) {
  const std::size_t group = reflector_sets(b.t);
  for (std::size_t first = 0; first < b.vectors(); first += group) {
    const std::size_t end = std::min(b.vectors(), first + group);
    for (std::size_t v = first; v < end; ++v) {
      tridiagonalise(b, v, b.reflectors(v));
      if (b.cancelled()) return;
    }
    find_known(b, first, end);
    for (std::size_t v = first; v < end; ++v) {
      if (b.cancelled()) return;
      find_vectors(b, v, b.reflectors(v));
      if (b.cancelled()) return;
      write_modes(b, v);
    }
  }
  hwy::FlushStream();  // of write_eigenvectors
}

inline void find_eigenvalues(Batch& b) {
  for (std::size_t v = 0; v < b.vectors(); v += kChainVectors)
    b.clock.add_rotations(kN * diagonalise<kChainVectors>(b.t.n, b.s.tridiagonal, b.s.z, Batch::lane(v),
                                                          nullptr, b.job.cancelled));
  b.clock.mark(kDiagonalise);
}

// What line shapes of a batch are made of: arrays [n][kLanes] and [kLanes].
struct Lines {
  const double* values;   // frequencies in meV, or T's diagonal
  const double* partner;  // the first row of T's eigenvectors, or what is beside its diagonal
  const double* length2;
};

inline bool oscillate(const Batch& b) {
  return b.job.broadening != nullptr && b.job.broadening->shape == LineShape::dho;
}

inline Lines found_lines(const Batch& b) {
  return {b.s.tridiagonal.diagonal, oscillate(b) ? b.s.tridiagonal.off : b.s.z, b.s.length2};
}

// Where the lines of a batch begin in those of all points.
inline std::size_t place_of_lines(const Batch& b) { return b.first * (2 * b.t.n + 1); }

inline Lines known_lines(const Batch& b) {
  const std::size_t size = static_cast<std::size_t>(b.t.n) * kLanes;
  const double* values = b.range.known_lines + place_of_lines(b);
  return {values, values + size, values + 2 * size};
}

inline void keep_lines(const Batch& b) {
  const std::size_t size = static_cast<std::size_t>(b.t.n) * kLanes;
  const Lines lines = found_lines(b);
  double* to = b.range.kept_lines + place_of_lines(b);
  to = std::copy(lines.values, lines.values + size, to);
  to = std::copy(lines.partner, lines.partner + size, to);
  std::copy(lines.length2, lines.length2 + kLanes, to);
}

inline void write_intensities(const Batch& b, const Lines& lines, std::size_t v) {
  const std::size_t lane = Batch::lane(v), here = b.points(v);
  const V energy = load_energies(b.range, b.first + lane, here), length2 = load(lines.length2 + lane);
  double* out = b.result(b.range.intensities, v);
  if (oscillate(b)) {
    write_oscillators(b.t, *b.job.scattering, *b.job.broadening, lines.values, lines.partner, length2, lane,
                      energy, here, out);
  } else {
    write_line_shapes(b.t, *b.job.scattering, *b.job.broadening, lines.values, lines.partner, length2, lane,
                      energy, here, out);
  }
}

// Frequencies and structure factors, or intensities in their place, of one vector of lanes.
inline void write_values(const Batch& b, std::size_t v) {
  const KernelJob& job = b.job;
  const KernelRange& to = b.range;
  const std::size_t lane = Batch::lane(v), here = b.points(v);
  double* values = b.s.tridiagonal.diagonal;
  // A sum over modes needs no order.
  if (job.broadening == nullptr && job.histogram == nullptr) sort_lanes(b.t.n, values, b.s.z, lane);
  b.range.imaginary += to_frequencies(b.t.n, values, lane, here);
  const V length2 = load(b.s.length2 + lane);
  if (job.histogram != nullptr) {
    if (job.scattering != nullptr) {
      count_scattering(b.t, *job.scattering, *job.histogram, values, b.s.z, length2, lane, here, b.weights(v),
                       to.histogram);
    } else {
      count_frequencies(b.t, *job.histogram, values, lane, here, b.weights(v), to.histogram);
    }
    return;
  }
  if (job.broadening != nullptr) return write_intensities(b, found_lines(b), v);
  write_frequencies(b.t.n, values, lane, here, to.stride, b.result(to.frequencies, v));
  if (job.scattering != nullptr)
    write_structure_factors(b.t, *job.scattering, values, b.s.z, length2, lane, here, to.stride,
                            b.result(to.structure_factors, v));
}

inline void run_batch(Batch& b) {
  if (b.range.known_lines != nullptr) {
    for (std::size_t v = 0; v < b.vectors(); ++v) write_intensities(b, known_lines(b), v);
    b.clock.mark(kOutput);
    return;
  }
  find_phases(b);
  sum_terms(b);
  if (b.cancelled()) return;
  clear_empty_vectors(b);
  if (b.job.needs_vectors()) return run_vectors(b);

  for (std::size_t v = 0; v < b.vectors(); ++v) {
    tridiagonalise(b, v, Reflectors{});
    if (b.cancelled()) return;
  }
  const bool oscillators = oscillate(b);  // which need no eigenvalues
  if (!oscillators) find_eigenvalues(b);
  for (std::size_t v = 0; v < b.vectors(); ++v) {
    if (oscillators) {
      write_intensities(b, found_lines(b), v);
    } else {
      write_values(b, v);
    }
  }
  if (b.range.kept_lines != nullptr) keep_lines(b);
  b.clock.mark(kOutput);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
