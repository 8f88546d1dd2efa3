// Ewald's reciprocal half: T_ij = sum_G w K K^T exp(2 pi i G.(r_i - r_j)) for all atom pairs at a
// vector of q-points.
//
// The sum over G is six real numbers w K_a K_b per G, times one complex constant per atom pair: twelve
// multiply-adds for G and -G together, where the rank-1 update of D would need seventy-two. Born charges are
// applied once, at the end.
#if defined(EUPHONIC_KERNEL_DIPOLE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_DIPOLE_INL
#undef EUPHONIC_KERNEL_DIPOLE_INL
#else
#define EUPHONIC_KERNEL_DIPOLE_INL
#endif

#include "core/kernel/points-inl.h"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

constexpr int kDipoleRows = 12;   // of a pair in T: six real parts (00 01 02 11 12 22), six imaginary parts
constexpr int kDipoleChunk = 24;  // G pairs at a time: 24 * 12 vectors fit in the first-level cache
constexpr int kTileBlocks = 64;   // most blocks of a tile; even

// w(K) K K^T with K = 0 (zone centre, G = 0) replaced by its limit along dir, or dropped where there is none.
HWY_INLINE void zero_vector_moments(const DipoleTables& t, const Points& p, bool splitting, std::size_t lane,
                                    V m[6]) {
  const M gamma = hn::Gt(load(p.gamma + lane), set(0.5));
  V k[3];
  for (int a = 0; a < 3; ++a) {
    const V dir = splitting ? load(p.dir + (3 + a) * kLanes + lane) : hn::Zero(d);
    k[a] = hn::IfThenElse(gamma, dir, load(p.cart + a * kLanes + lane));
  }
  const double* e = t.dielectric;
  const V k0 = fma(set(e[0]), k[0], fma(set(e[1]), k[1], mul(set(e[2]), k[2])));
  const V k1 = fma(set(e[1]), k[0], fma(set(e[3]), k[1], mul(set(e[4]), k[2])));
  const V k2 = fma(set(e[2]), k[0], fma(set(e[4]), k[1], mul(set(e[5]), k[2])));
  const V kek = fma(k[0], k0, fma(k[1], k1, mul(k[2], k2)));
  const V damping = hn::IfThenElse(gamma, set(1.0), hn::Exp(d, mul(kek, set(-0.25 / (t.lambda * t.lambda)))));
  const M none = hn::Le(kek, hn::Zero(d));
  const V safe = hn::IfThenElse(none, set(1.0), kek);
  const V w = hn::IfThenZeroElse(none, hn::Div(mul(damping, set(t.four_pi_over_volume)), safe));
  int e6 = 0;
  for (int a = 0; a < 3; ++a)
    for (int b = a; b < 3; ++b) m[e6++] = mul(mul(w, k[a]), k[b]);
}

// Scratch of the dipole stage for one vector of lanes.
struct DipoleScratch {
  double* exponentials;  // [3][2 * max_index + 1][kN]
  double* moments;       // [kDipoleChunk][12][kN]: six of G plus -G, six of G minus -G; by tiles of all G
  double* self;  // [self 6, zero 6][kN]: moments summed over all G, the T of an atom with itself; of G = 0
  double* t;     // [n_pairs rounded up to 2][kDipoleRows][kN]; by tiles those of one
  double* pair_phases;  // by tiles: [pair][cos, sin][kDipoleChunk]
};

inline std::size_t exponential_doubles(const DipoleTables& t) {
  std::size_t size = 0;
  for (int m : t.max_index) size += (2 * m + 1) * kN;
  return size;
}

inline void lay_out_dipole(const DipoleTables& t, bool by_tiles, DipoleScratch& s, Layout& layout) {
  layout.add(s.exponentials, exponential_doubles(t));
  layout.add(s.self, 12 * kN);
  if (by_tiles) {
    layout.add(s.moments, t.g_pairs.size() * 12 * kN);
    layout.add(s.t, (kTileBlocks + 1) * kDipoleRows * kN);
    layout.add(s.pair_phases, (kTileBlocks + 1) * 2 * kDipoleChunk);
  } else {
    layout.add(s.moments, kDipoleChunk * 12 * kN);
    layout.add(s.t, (t.n_pairs + 2) * kDipoleRows * kN);
  }
}

// exp(-m beta_a) with beta_a = b_a.eps.q / (2 lambda^2): the part of the Gaussian that is not a constant
// of G factorises.
HWY_INLINE void gaussian_tables(const DipoleTables& t, const V beta[3], double* out) {
  for (int a = 0; a < 3; ++a) {
    const int m_max = t.max_index[a];
    double* centre = out + m_max * kN;
    const V up = hn::Exp(d, hn::Neg(beta[a]));
    const V down = hn::Exp(d, beta[a]);
    store(set(1.0), centre);
    for (int m = 1; m <= m_max; ++m) {
      const int h = m / 2;
      store(h == 0 ? up : mul(load(centre + h * kN), load(centre + (m - h) * kN)), centre + m * kN);
      store(h == 0 ? down : mul(load(centre - h * kN), load(centre - (m - h) * kN)), centre - m * kN);
    }
    out += (2 * m_max + 1) * kN;
  }
}

// Adds one chunk of G pairs to T of two atom pairs. c0, s0, c1, s1: cos and sin of the pairs' phases, kStep
// numbers from one G to the next.
template <int kStep>
HWY_INLINE void add_to_pairs(const double* c0, const double* s0, const double* c1, const double* s1, int n_g,
                             const double* m, bool first, double* o) {
  V a[kDipoleRows], b[kDipoleRows];
  for (int e = 0; e < kDipoleRows; ++e) {
    a[e] = first ? hn::Zero(d) : load(o + e * kN);
    b[e] = first ? hn::Zero(d) : load(o + (kDipoleRows + e) * kN);
  }
  for (int g = 0; g < n_g * kStep; g += kStep, m += 12 * kN) {
    const V cos0 = set(c0[g]), sin0 = set(s0[g]), cos1 = set(c1[g]), sin1 = set(s1[g]);
    for (int e = 0; e < 6; ++e) {
      V even = load(m + e * kN), odd = load(m + (6 + e) * kN);
      in_register(even);
      in_register(odd);
      a[e] = fma(even, cos0, a[e]);
      b[e] = fma(even, cos1, b[e]);
      a[6 + e] = fma(odd, sin0, a[6 + e]);
      b[6 + e] = fma(odd, sin1, b[6 + e]);
    }
  }
  for (int e = 0; e < kDipoleRows; ++e) {
    store(a[e], o + e * kN);
    store(b[e], o + (kDipoleRows + e) * kN);
  }
}

// Adds one chunk of G pairs to T of all atom pairs, two of them at a time.
inline void add_moments(const DipoleTables& t, int first_g, int n_g, const double* moments, bool first,
                        double* out, const std::atomic<bool>* cancelled) {
  const std::size_t n_total = t.g_pairs.size();
  for (int pair = 0; pair < t.n_pairs; pair += 2) {
    if (pair % kPollInterval == 0 && is_cancelled(cancelled)) return;
    const double* c = t.phases.data() + (pair / 2 * n_total + first_g) * 4;
    add_to_pairs<4>(c, c + 1, c + 2, c + 3, n_g, moments, first, out + pair * kDipoleRows * kN);
  }
}

// What the terms of all G share at one vector of q-points, and the weights w(K) of G and -G.
class ReciprocalWeights {
 public:
  struct Pair {
    V plus, minus;                  // w(q + G), w(q - G)
    V inverse_plus, inverse_minus;  // 1 / K.eps.K
    V k_plus[3], k_minus[3];        // q + G, q - G, 1/bohr
  };

  // exponentials: scratch, [3][2 * max_index + 1][kN]
  HWY_INLINE ReciprocalWeights(const DipoleTables& t, const Points& p, std::size_t lane,
                               double* exponentials) {
    const double* e = t.dielectric;
    for (int a = 0; a < 3; ++a) q_[a] = load(p.cart + a * kLanes + lane);
    eq_[0] = fma(set(e[0]), q_[0], fma(set(e[1]), q_[1], mul(set(e[2]), q_[2])));
    eq_[1] = fma(set(e[1]), q_[0], fma(set(e[3]), q_[1], mul(set(e[4]), q_[2])));
    eq_[2] = fma(set(e[2]), q_[0], fma(set(e[4]), q_[1], mul(set(e[5]), q_[2])));
    qeq_ = fma(q_[0], eq_[0], fma(q_[1], eq_[1], mul(q_[2], eq_[2])));
    const double width = 1 / (2 * t.lambda * t.lambda);
    V beta[3];
    for (int a = 0; a < 3; ++a) {
      const double* g = t.basis[a];
      beta[a] = mul(set(width), fma(set(g[0]), eq_[0], fma(set(g[1]), eq_[1], mul(set(g[2]), eq_[2]))));
    }
    gaussian_tables(t, beta, exponentials);
    ex_ = exponentials + t.max_index[0] * kN;
    ey_ = exponentials + (2 * t.max_index[0] + 1 + t.max_index[1]) * kN;
    ez_ = exponentials + (2 * t.max_index[0] + 2 * t.max_index[1] + 2 + t.max_index[2]) * kN;
    common_ = hn::Exp(d, mul(qeq_, set(-0.5 * width)));
  }

  HWY_INLINE Pair of(const DipoleTables::Pair& pair) const {
    Pair out;
    const double* c = pair.cartesian;
    const V dot2 = mul(set(2.0), fma(set(c[0]), eq_[0], fma(set(c[1]), eq_[1], mul(set(c[2]), eq_[2]))));
    const V even = hn::Add(qeq_, set(pair.metric));
    const V scale = mul(common_, set(pair.prefactor));
    constexpr int kStep = static_cast<int>(kN);
    const V plus =
        mul(mul(load(ex_ + pair.g[0] * kStep), load(ey_ + pair.g[1] * kStep)), load(ez_ + pair.g[2] * kStep));
    const V minus =
        mul(mul(load(ex_ - pair.g[0] * kStep), load(ey_ - pair.g[1] * kStep)), load(ez_ - pair.g[2] * kStep));
    out.inverse_plus = reciprocal_of(hn::Add(even, dot2));
    out.inverse_minus = reciprocal_of(hn::Sub(even, dot2));
    out.plus = mul(mul(scale, plus), out.inverse_plus);
    out.minus = mul(mul(scale, minus), out.inverse_minus);
    for (int a = 0; a < 3; ++a) {
      out.k_plus[a] = hn::Add(q_[a], set(c[a]));
      out.k_minus[a] = hn::Sub(q_[a], set(c[a]));
    }
    return out;
  }

 private:
  V q_[3], eq_[3], qeq_, common_;
  const double *ex_, *ey_, *ez_;
};

// The moments of `count` pairs G, -G from `first` on: [12][kN] each. Added to the moments of all G.
HWY_INLINE void pair_moments(const DipoleTables& t, const ReciprocalWeights& weights, int first, int count,
                             double* m, V self[6]) {
  for (int g = first; g < first + count; ++g, m += 12 * kN) {
    const ReciprocalWeights::Pair k = weights.of(t.g_pairs[g]);
    int row = 0;
    for (int a = 0; a < 3; ++a) {
      const V wp = mul(k.plus, k.k_plus[a]), wm = mul(k.minus, k.k_minus[a]);
      for (int b = a; b < 3; ++b, ++row) {
        const V tp = mul(wp, k.k_plus[b]);
        const V sum = fma(wm, k.k_minus[b], tp);
        store(sum, m + row * kN);
        store(fnma(wm, k.k_minus[b], tp), m + (6 + row) * kN);
        self[row] = hn::Add(self[row], sum);
      }
    }
  }
}

// The sums over all G for one vector of lanes: s.self, and s.t of every atom pair; by tiles s.self, and the
// moments of all G.
// Max error: 4e-15 times the sum of |w K_a K_b| over G, and in s.t times the largest constant in t.phases.
// Valid range: q in the nearest cell, as reduce_points leaves it.
inline void dipole_sums(const DipoleTables& t, const Points& p, bool splitting, std::size_t lane,
                        bool by_tiles, const DipoleScratch& s, const std::atomic<bool>* cancelled) {
  const ReciprocalWeights weights(t, p, lane, s.exponentials);
  V self[6];
  zero_vector_moments(t, p, splitting, lane, self);
  // G = 0 adds the same real number to every pair: it is put in with `self` where T is used, not here.
  V zero[6];
  for (int m = 0; m < 6; ++m) zero[m] = self[m];

  const int n_g = static_cast<int>(t.g_pairs.size());
  if (by_tiles) {
    pair_moments(t, weights, 0, n_g, s.moments, self);
  } else {
    for (int first = 0; first < n_g || first == 0; first += kDipoleChunk) {
      const int count = n_g - first < kDipoleChunk ? n_g - first : kDipoleChunk;
      pair_moments(t, weights, first, count, s.moments, self);
      add_moments(t, first, count, s.moments, first == 0, s.t, cancelled);
      if (n_g == 0) break;
    }
  }
  for (int m = 0; m < 6; ++m) {
    store(self[m], s.self + m * kN);
    store(zero[m], s.self + (6 + m) * kN);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
