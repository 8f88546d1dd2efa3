// q-points of a batch: nearest lattice point, Cartesian components, phases of lattice vectors and atoms.
#if defined(EUPHONIC_KERNEL_POINTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_POINTS_INL
#undef EUPHONIC_KERNEL_POINTS_INL
#else
#define EUPHONIC_KERNEL_POINTS_INL
#endif

#include <atomic>

#include "core/kernel/kernel.h"
#include "core/kernel/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

constexpr std::size_t kLanes = kBatchVectors * kN;  // points of a batch

// Polled inside the stages of large crystals, each of which can take longer than a user waits for Ctrl-C.
HWY_INLINE bool is_cancelled(const std::atomic<bool>* flag) {
  return flag != nullptr && flag->load(std::memory_order_relaxed);
}
// How many blocks or atom pairs go by between two looks at the flag.
constexpr int kPollInterval = 64;

// Arrays of a batch: [component][kLanes].
struct Points {
  double* q;      // [3] r.l.u., as asked for
  double* f;      // [3] q - n, nearest to the zone centre; exactly 0 at it
  double* n;      // [3] the integers
  double* cart;   // [3] f in 1/bohr
  double* dir;    // [6] direction of approach at the zone centre, of any length: r.l.u., 1/bohr; 0: none
  double* gamma;  // [1] 1 at the zone centre, else 0
};

inline void lay_out_points(Points& p, Layout& layout) {
  layout.add(p.q, 3 * kLanes);
  layout.add(p.f, 3 * kLanes);
  layout.add(p.n, 3 * kLanes);
  layout.add(p.cart, 3 * kLanes);
  layout.add(p.dir, 6 * kLanes);
  layout.add(p.gamma, kLanes);
}

// f = q - n with n the lattice point nearest to q in the tables' metric, and what is made of f and dir.
// Max error of f: 1e-15, of Cartesian components: 3e-16 times the sum of the reciprocal vectors' components.
// n are integers; |f| is the smallest of its lattice up to a relative 1e-8, and 0 where all its components
// are up to 1e-10. Valid range: |q| < 2^20.
inline void reduce_points(const Tables& t, const Points& p, std::size_t lane) {
  V f[3], n[3];
  for (int a = 0; a < 3; ++a) {
    const V q = load(p.q + a * kLanes + lane);
    n[a] = hn::Round(q);
    f[a] = hn::Sub(q, n[a]);
  }
  if (t.skewed) {
    V k[3];
    for (int a = 0; a < 3; ++a) {
      V c = hn::Zero(d);
      for (int b = 0; b < 3; ++b) c = fma(f[b], set(t.nearest_inverse[b][a]), c);
      k[a] = hn::Round(c);
    }
    for (int a = 0; a < 3; ++a) {
      for (int b = 0; b < 3; ++b) {
        f[b] = fnma(k[a], set(t.nearest_basis[a][b]), f[b]);
        n[b] = fma(k[a], set(t.nearest_basis[a][b]), n[b]);
      }
    }
  }
  // Rounding is exact for orthogonal cells; for others step across the planes that bound the nearest cell.
  // Two sweeps suffice for a reduced set of planes; a point that were left just outside is still treated
  // exactly, because the reciprocal sum carries a margin.
  for (int sweep = 0; sweep < 2; ++sweep) {
    for (const auto& g : t.nearest_vectors) {
      V fg = hn::Zero(d);
      double gg = 0;
      for (int a = 0; a < 3; ++a) {
        double mg = 0;
        for (int b = 0; b < 3; ++b) mg += t.nearest_metric[a][b] * g[b];
        fg = fma(f[a], set(mg), fg);
        gg += g[a] * mg;
      }
      // The bias keeps points on a boundary where they are, whatever the rounding of the metric.
      const V k = hn::Round(mul(fg, set((1 - 1e-9) / gg)));
      for (int a = 0; a < 3; ++a) {
        f[a] = fnma(k, set(g[a]), f[a]);
        n[a] = fma(k, set(g[a]), n[a]);
      }
    }
  }
  const V tolerance = set(kGammaTolerance);
  const M gamma = hn::And(hn::And(hn::Le(hn::Abs(f[0]), tolerance), hn::Le(hn::Abs(f[1]), tolerance)),
                          hn::Le(hn::Abs(f[2]), tolerance));
  store(hn::IfThenElse(gamma, set(1.0), hn::Zero(d)), p.gamma + lane);
  for (int a = 0; a < 3; ++a) {
    f[a] = hn::IfThenZeroElse(gamma, f[a]);
    store(f[a], p.f + a * kLanes + lane);
    store(n[a], p.n + a * kLanes + lane);
  }
  for (int c = 0; c < 3; ++c) {
    V x = hn::Zero(d), y = hn::Zero(d);
    for (int a = 0; a < 3; ++a) {
      x = fma(f[a], set(t.reciprocal[a][c]), x);
      y = fma(load(p.dir + a * kLanes + lane), set(t.reciprocal[a][c]), y);
    }
    store(x, p.cart + c * kLanes + lane);
    hn::Store(y, d,
              p.dir + c * kLanes + lane + 3 * kLanes);  // Cartesian directions behind the fractional ones
  }
}

// Powers exp(2 pi i f_a m), m = -max_index .. max_index: [axis][m][re, im][kLanes], by doubling.
// Max error of either part: 2e-16 max(1, |m|).
inline void axis_powers(const int max_index[3], const Points& p, std::size_t lane, double* powers) {
  for (int a = 0; a < 3; ++a) {
    double* e = powers + 2 * max_index[a] * kLanes + lane;
    const auto at = [&](int m) { return Complex{load(e + 2 * m * kLanes), load(e + (2 * m + 1) * kLanes)}; };
    const auto put = [&](int m, Complex z) {
      double* up = e + 2 * m * static_cast<int>(kLanes);
      double* down = e - 2 * m * static_cast<int>(kLanes);
      store(z.re, down);
      store(hn::Neg(z.im), down + kLanes);
      store(z.re, up);
      store(z.im, up + kLanes);
    };
    put(0, {set(1.0), hn::Zero(d)});
    if (max_index[a] >= 1) put(1, turn_any(load(p.f + a * kLanes + lane)));
    for (int m = 2; m <= max_index[a]; ++m) put(m, cmul(at(m / 2), at(m - m / 2)));
    powers += 2 * (2 * max_index[a] + 1) * kLanes;
  }
}

// The power of one axis that a component of a lattice vector needs: [re, im][kLanes].
HWY_INLINE const double* axis_power(const int max_index[3], const double* powers, int axis, int m) {
  for (int a = 0; a < axis; ++a) powers += 2 * (2 * max_index[a] + 1) * kLanes;
  return powers + 2 * (max_index[axis] + m) * kLanes;
}

// cos (and sin) of 2 pi f.R for the vectors R = (x, y, z) of a chunk: [vector][cos, sin][kLanes], or
// [vector][kLanes] without sines.
// Max error: 2.3e-16 max(1, |x| + |y| + |z|).
template <bool kSines>
inline void chunk_phases(const Tables& t, const TermChunk& chunk, const double* powers, double* out) {
  const double* ex = axis_power(t.max_index, powers, 0, 0);
  const double* ey = axis_power(t.max_index, powers, 1, 0);
  const double* ez = axis_power(t.max_index, powers, 2, 0);
  constexpr int kStep = 2 * kLanes;
  const HalfVector* vectors = t.vectors.data() + chunk.first_vector;
  int x = -1, y = 0;
  Complex xy[kBatchVectors] = {};  // of the last x and y: vectors are sorted by them
  for (int r = 0; r < chunk.n_vectors; ++r) {
    const HalfVector n = vectors[r];
    if (n.x != x || n.y != y) {
      x = n.x;
      y = n.y;
      for (int v = 0; v < kBatchVectors; ++v) {
        const double* px = ex + x * kStep + v * kN;
        const double* py = ey + y * kStep + v * kN;
        xy[v] = cmul({load(px), load(px + kLanes)}, {load(py), load(py + kLanes)});
      }
    }
    const double* pz = ez + n.z * kStep;
    for (int v = 0; v < kBatchVectors; ++v) {
      V re = load(pz + v * kN), im = load(pz + kLanes + v * kN);
      in_register(re);
      in_register(im);
      store(fnma(xy[v].im, im, mul(xy[v].re, re)), out + v * kN);
      if constexpr (kSines) store(fma(xy[v].re, im, mul(xy[v].im, re)), out + kLanes + v * kN);
    }
    out += (kSines ? 2 : 1) * kLanes;
  }
}

// exp(2 pi i f.r) of the atoms: [atom][re, im][kLanes].
// Max error of either part: 6e-16 (1 + sum over axes of |f_a r_a|).
inline void atom_phases(const Tables& t, const double* f, std::size_t lane, double* out) {
  for (int i = 0; i < t.n_atoms; ++i) {
    const double* r = t.atom_r.data() + 3 * i;
    V x = mul(load(f + lane), set(r[0]));
    x = fma(load(f + kLanes + lane), set(r[1]), x);
    x = fma(load(f + 2 * kLanes + lane), set(r[2]), x);
    const Complex u = turn_any(x);
    store(u.re, out + 2 * i * kLanes + lane);
    store(u.im, out + (2 * i + 1) * kLanes + lane);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
