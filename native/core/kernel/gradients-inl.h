// Mode gradients d omega / dQ: by Hellmann and Feynman, d omega / dQ_c = <e| dD/dQ_c |e> / (2 omega), with
// the exact derivative of every part of D in the kernel's gauge (plan/tables.h).
//
// Why this gauge will do: D in another one is U D U*, U diagonal, and what the derivative of U adds is a
// commutator with D, whose expectation value in an eigenvector is zero. Blocks are (terms) * exp(i q.delta) +
// dipole, with delta the displacement of the pair that is phased apart, so that
//   terms:   d/dq_c cos(q.R) = -R_c sin(q.R),  d/dq_c sin(q.R) = R_c cos(q.R)
//   phases:  i delta_c (terms) exp(i q.delta)
//   dipole:  d/dq_c w K_a K_b = w (delta_ac K_b + delta_bc K_a - 2 (eps.K)_c (1 / K.eps.K + 1 / 4 lambda^2)
//   K_a K_b),
// K = q + G, w = 4 pi / volume exp(-K.eps.K / 4 lambda^2) / K.eps.K (Gonze & Lee, PRB 55, 10355 (1997), eq.
// 71); phases of G are constants. Every sum has the layout of D's own, so that the same code puts
// the blocks together.
#if defined(EUPHONIC_KERNEL_GRADIENTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_GRADIENTS_INL
#undef EUPHONIC_KERNEL_GRADIENTS_INL
#else
#define EUPHONIC_KERNEL_GRADIENTS_INL
#endif

#include <cmath>

#include "core/kernel/eigenvectors-inl.h"
#include "core/kernel/tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Modes nearer to zero than this (meV) are given a gradient of zero: acoustic ones at a zone centre, where
// omega(Q) is the tip of a cone and has no gradient.
constexpr double kGradientFloorMeV = 1e-4;

// Scratch, all of it made of vectors of lanes. Directions are Cartesian. What would be large is made block by
// block: only the phases are kept for a whole batch.
struct GradientScratch {
  double* phases = nullptr;  // [lattice vector][cos, sin][kLanes]
  double* exponentials = nullptr;
  double* moments = nullptr;                 // [direction][kDipoleChunk][12][kN]; by tiles of all G
  double* self = nullptr;                    // [direction][self 6, zero 6][kN], as in DipoleScratch
  double* t = nullptr;                       // [direction][pair][kDipoleRows][kN]; by tiles those of one
  double* x = nullptr;                       // [kBlockRows][kN]: derivatives of one block's sums of terms
  double* block = nullptr;                   // [direction][element][re, im][kN]: one block of dD/dQ
  double* sums = nullptr;                    // [mode][direction][kN]: <e| dD/dQ |e>
  std::size_t t_size = 0, moments_size = 0;  // of one direction
};

inline void lay_out_gradients(const Tables& t, GradientScratch& s, Layout& layout) {
  layout.add(s.phases, t.vectors.size() * 2 * kLanes);
  layout.add(s.x, kBlockRows * kN);
  layout.add(s.block, 3 * kBlockRows * kN);
  layout.add(s.sums, 3 * static_cast<std::size_t>(t.n) * kN);
  if (!t.dipole.present) return;
  const std::size_t pairs = t.by_tiles ? kTileBlocks : t.dipole.n_pairs;
  s.t_size = (pairs + 2) * kDipoleRows * kN;
  s.moments_size = (t.by_tiles ? t.dipole.g_pairs.size() : kDipoleChunk) * 12 * kN;
  layout.add(s.exponentials, exponential_doubles(t.dipole));
  layout.add(s.moments, 3 * s.moments_size);
  layout.add(s.self, 3 * 12 * kN);
  layout.add(s.t, 3 * s.t_size);
}

// Derivative along one direction of a block's sums of terms, for one vector of lanes: x as load_terms reads
// it. phases: those of the vector of lanes.
// Max error: 1e-14 times the largest of |R_c C|.
template <int kCosines, int kSines>
HWY_INLINE void term_gradients(const Tables& t, const std::vector<TermSpan>& spans, int direction,
                               const double* phases, double* x) {
  V even[kCosines], odd[kSines + 1];
  for (V& sum : even) sum = hn::Zero(d);
  for (V& sum : odd) sum = hn::Zero(d);
  for (const TermSpan& span : spans) {
    const double *c = span.c, *s = span.s;
    for (std::size_t k = 0; k < span.count; ++k) {
      const std::size_t r = span.first_vector + span.vector_index[k];
      const HalfVector& n = t.vectors[r];
      const V length =
          set(n.x * t.cell[0][direction] + n.y * t.cell[1][direction] + n.z * t.cell[2][direction]);
      const V of_cosine = hn::Neg(mul(length, load(phases + (2 * r + 1) * kLanes)));
      const V of_sine = mul(length, load(phases + 2 * r * kLanes));
      for (int e = 0; e < kCosines; ++e) even[e] = fma(set(c[e]), of_cosine, even[e]);
      for (int e = 0; e < kSines; ++e) odd[e] = fma(set(s[e]), of_sine, odd[e]);
      c += kCosines;
      s += kSines;
    }
  }
  for (int e = 0; e < kCosines; ++e) store(even[e], x + e * kN);
  for (int e = 0; e < kSines; ++e) store(odd[e], x + (9 + e) * kN);
}

// The three derivatives of w K K^T, [direction][00 01 02 11 12 22].
// Max error: 1e-14 times the largest of them.
HWY_INLINE void moment_gradients(const DipoleTables& t, V w, V inverse, const V k[3], V out[3][6]) {
  const double* e = t.dielectric;
  const V ek[3] = {fma(set(e[0]), k[0], fma(set(e[1]), k[1], mul(set(e[2]), k[2]))),
                   fma(set(e[1]), k[0], fma(set(e[3]), k[1], mul(set(e[4]), k[2]))),
                   fma(set(e[2]), k[0], fma(set(e[4]), k[1], mul(set(e[5]), k[2])))};
  const V steepness = mul(set(-2.0), hn::Add(inverse, set(0.25 / (t.lambda * t.lambda))));
  const V wk[3] = {mul(w, k[0]), mul(w, k[1]), mul(w, k[2])};
  for (int c = 0; c < 3; ++c) {
    const V slope = mul(steepness, ek[c]);
    int row = 0;
    for (int a = 0; a < 3; ++a) {
      for (int b = a; b < 3; ++b, ++row) {
        V x = mul(mul(slope, wk[a]), k[b]);
        if (a == c) x = hn::Add(x, wk[b]);
        if (b == c) x = hn::Add(x, wk[a]);
        out[c][row] = x;
      }
    }
  }
}

// Of the term of G = 0. At the zone centre it is the limit along a direction, which is held fixed (or there
// is none): its derivative is zero, and that is the one-sided derivative along this direction; across it
// there is none, because the term is not analytic there.
HWY_INLINE void zero_vector_gradients(const DipoleTables& t, const Points& p, std::size_t lane, V out[3][6]) {
  const double* e = t.dielectric;
  V k[3];
  for (int a = 0; a < 3; ++a) k[a] = load(p.cart + a * kLanes + lane);
  const V k0 = fma(set(e[0]), k[0], fma(set(e[1]), k[1], mul(set(e[2]), k[2])));
  const V k1 = fma(set(e[1]), k[0], fma(set(e[3]), k[1], mul(set(e[4]), k[2])));
  const V k2 = fma(set(e[2]), k[0], fma(set(e[4]), k[1], mul(set(e[5]), k[2])));
  const V kek = fma(k[0], k0, fma(k[1], k1, mul(k[2], k2)));
  const M none = hn::Le(kek, hn::Zero(d));
  const V inverse = hn::Div(set(1.0), hn::IfThenElse(none, set(1.0), kek));
  const V damping = hn::Exp(d, mul(kek, set(-0.25 / (t.lambda * t.lambda))));
  const V w = hn::IfThenZeroElse(none, mul(mul(damping, set(t.four_pi_over_volume)), inverse));
  moment_gradients(t, w, inverse, k, out);
}

// Derivatives of the moments of `count` pairs G, -G from `first` on, added to those of all G.
HWY_INLINE void pair_moment_gradients(const DipoleTables& t, const ReciprocalWeights& weights, int first,
                                      int count, const GradientScratch& s, V self[3][6]) {
  for (int g = 0; g < count; ++g) {
    const ReciprocalWeights::Pair k = weights.of(t.g_pairs[first + g]);
    V plus[3][6], minus[3][6];
    moment_gradients(t, k.plus, k.inverse_plus, k.k_plus, plus);
    moment_gradients(t, k.minus, k.inverse_minus, k.k_minus, minus);
    for (int c = 0; c < 3; ++c) {
      double* m = s.moments + c * s.moments_size + g * 12 * kN;
      for (int row = 0; row < 6; ++row) {
        const V sum = hn::Add(plus[c][row], minus[c][row]);
        store(sum, m + row * kN);
        store(hn::Sub(plus[c][row], minus[c][row]), m + (6 + row) * kN);
        self[c][row] = hn::Add(self[c][row], sum);
      }
    }
  }
}

// The derivatives of Ewald's reciprocal half for one vector of lanes: s.self and s.t; by tiles s.self and the
// moments of all G.
inline void dipole_gradients(const DipoleTables& t, const Points& p, std::size_t lane, bool by_tiles,
                             const GradientScratch& s, const std::atomic<bool>* cancelled) {
  V zero[3][6], self[3][6];
  zero_vector_gradients(t, p, lane, zero);
  for (int c = 0; c < 3; ++c)
    for (int row = 0; row < 6; ++row) self[c][row] = zero[c][row];
  const ReciprocalWeights weights(t, p, lane, s.exponentials);
  const int n_g = static_cast<int>(t.g_pairs.size());
  if (by_tiles) {
    pair_moment_gradients(t, weights, 0, n_g, s, self);
  } else {
    for (int first = 0; first < n_g || first == 0; first += kDipoleChunk) {
      const int count = std::min(n_g - first, kDipoleChunk);
      pair_moment_gradients(t, weights, first, count, s, self);
      for (int c = 0; c < 3; ++c)
        add_moments(t, first, count, s.moments + c * s.moments_size, first == 0, s.t + c * s.t_size,
                    cancelled);
      if (n_g == 0 || is_cancelled(cancelled)) break;
    }
  }
  for (int c = 0; c < 3; ++c) {
    for (int row = 0; row < 6; ++row) {
      store(self[c][row], s.self + (12 * c + row) * kN);
      store(zero[c][row], s.self + (12 * c + 6 + row) * kN);
    }
  }
}

// One block of dD/dQ, times 2 off the diagonal, where it stands for itself and its transpose.
inline void gradient_block(const BlockSource& source, const GradientScratch& s, BlockTerms& terms,
                           int index) {
  const Tables& t = *source.tables;
  const Block& block = t.blocks[index];
  const double* phases = s.phases + source.lane;
  V x_re[9], x_im[9], re[9], im[9];
  load_terms(source, index, block_sums(source, index), source.row(), x_re, x_im);
  const std::vector<TermSpan>& spans = terms.of(index);
  const V weight = set(block.i == block.j ? 1.0 : 2.0);
  for (int c = 0; c < 3; ++c) {
    switch (block.kind) {
      case BlockKind::full:
        term_gradients<9, 9>(t, spans, c, phases, s.x);
        break;
      case BlockKind::hermitian:
        term_gradients<6, 3>(t, spans, c, phases, s.x);
        break;
      case BlockKind::hermitian_real:
        term_gradients<6, 0>(t, spans, c, phases, s.x);
        break;
    }
    load_terms(source, index, s.x, kN, re, im);
    double displacement = 0;
    for (int a = 0; a < 3; ++a)
      displacement += (block.shift[a] + t.atom_r[3 * block.j + a] - t.atom_r[3 * block.i + a]) * t.cell[a][c];
    for (int e = 0; e < 9; ++e) {
      re[e] = fnma(set(displacement), x_im[e], re[e]);
      im[e] = fma(set(displacement), x_re[e], im[e]);
    }
    if (t.dipole.present) {
      BlockSource along = source;
      along.dipole_self = s.self + 12 * c * kN;
      along.dipole = s.t + c * s.t_size;
      add_dipole(along, index, re, im);
    }
    double* out = s.block + c * kBlockRows * kN;
    for (int e = 0; e < 9; ++e) {
      store(mul(weight, re[e]), out + 2 * e * kN);
      store(mul(weight, im[e]), out + (2 * e + 1) * kN);
    }
  }
}

// Adds some blocks to s.sums for one vector of lanes.
// y: eigenvectors as back_transform leaves them, in the complex form.
inline void add_gradients(const BlockSource& source, const GradientScratch& s, BlockTerms& terms, int first,
                          int end, const double* y, const std::atomic<bool>* cancelled) {
  const Tables& t = *source.tables;
  const std::size_t n = t.n;
  for (int k = first; k < end; ++k) {
    if (k % kPollInterval == 0 && is_cancelled(cancelled)) return;
    gradient_block(source, s, terms, k);
    const double* yi = y + 3 * t.blocks[k].i * 2 * kN;
    const double* yj = y + 3 * t.blocks[k].j * 2 * kN;
    for (std::size_t m = 0; m < n; ++m) {
      const auto element = [&](const double* rows, int a) {
        const double* at = rows + (m * n + a) * 2 * kN;
        return Complex{load(at), load(at + kN)};
      };
      Complex product[9];  // conj(e_i) e_j
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) product[3 * a + b] = cmul_conj(element(yi, a), element(yj, b));
      for (int c = 0; c < 3; ++c) {
        const double* block = s.block + c * kBlockRows * kN;
        double* to = s.sums + (3 * m + c) * kN;
        V sum = load(to);
        for (int e = 0; e < 9; ++e) {
          sum = fma(load(block + 2 * e * kN), product[e].re, sum);
          sum = fnma(load(block + (2 * e + 1) * kN), product[e].im, sum);
        }
        store(sum, to);
      }
    }
  }
}

constexpr double kGradientUnit = 0.5 * kHartreeInMeV * kHartreeInMeV * kBohrInAngstrom;

// |d omega / dQ| in meV angstrom of mode m in one lane of the vector; omega: its frequency in meV.
inline double gradient_length(const GradientScratch& s, int m, double omega, std::size_t lane) {
  if (std::abs(omega) <= kGradientFloorMeV) return 0;
  const double* sum = s.sums + 3 * static_cast<std::size_t>(m) * kN + lane;
  const double squares = sum[0] * sum[0] + sum[kN] * sum[kN] + sum[2 * kN] * sum[2 * kN];
  return kGradientUnit * std::sqrt(squares) / std::abs(omega);
}

// To [3][n_modes][stride], meV angstrom: the derivative of the frequency as it is given, negative where
// imaginary: d(omega^2) / (2 |omega|). frequencies: meV, in the order of the sums.
inline void write_gradients(const Tables& t, const GradientScratch& s, const double* frequencies,
                            std::size_t lane, std::size_t count, std::size_t stride, double* out) {
  for (int m = 0; m < t.n; ++m) {
    for (std::size_t q = 0; q < count; ++q) {
      const std::size_t at = m * kLanes + lane + q;
      const double omega = std::abs(frequencies[at]);
      const double* sum = s.sums + 3 * static_cast<std::size_t>(m) * kN + q;
      for (std::size_t c = 0; c < 3; ++c)
        out[(c * t.n + m) * stride + q] =
            omega > kGradientFloorMeV ? kGradientUnit * sum[c * kN] / omega : 0.0;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
