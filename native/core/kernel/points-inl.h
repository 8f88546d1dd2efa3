// q-points of a batch: nearest lattice point, Cartesian components, phases of lattice vectors and atoms.
#if defined(EUPHONIC_KERNEL_POINTS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_POINTS_INL
#undef EUPHONIC_KERNEL_POINTS_INL
#else
#define EUPHONIC_KERNEL_POINTS_INL
#endif

#include "core/kernel.h"
#include "core/kernel/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

constexpr std::size_t kLanes = kBatchVectors * kN;  // points of a batch

// Arrays of a batch: [component][kLanes].
struct Points {
  double* q;      // [3] r.l.u., as asked for
  double* f;      // [3] q - n, nearest to the zone centre; exactly 0 at it
  double* n;      // [3] the integers
  double* cart;   // [3] f in 1/bohr
  double* dir;    // [3] direction of approach at the zone centre, 1/bohr times any length; 0: none
  double* gamma;  // [1] 1 at the zone centre, else 0
};

// f = q - n with n the lattice point nearest to q in the tables' metric.
inline void reduce_points(const Tables& t, const Points& p, std::size_t lane) {
  V f[3], n[3];
  for (int a = 0; a < 3; ++a) {
    const V q = load(p.q + a * kLanes + lane);
    n[a] = hn::Round(q);
    f[a] = hn::Sub(q, n[a]);
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

// Powers exp(2 pi i f_a m), m = 0 .. max_index: [axis][m][re, im][kLanes], by doubling, so that rounding
// grows as log m.
inline void axis_powers(const int max_index[3], const Points& p, std::size_t lane, double* powers) {
  for (int a = 0; a < 3; ++a) {
    double* e = powers;
    store(set(1.0), e + lane);
    store(hn::Zero(d), e + kLanes + lane);
    const auto at = [&](int m) {
      return Complex{load(e + 2 * m * kLanes + lane), load(e + (2 * m + 1) * kLanes + lane)};
    };
    const auto put = [&](int m, Complex z) {
      store(z.re, e + 2 * m * kLanes + lane);
      store(z.im, e + (2 * m + 1) * kLanes + lane);
    };
    if (max_index[a] >= 1) put(1, turn_any(load(p.f + a * kLanes + lane)));
    for (int m = 2; m <= max_index[a]; ++m) put(m, cmul(at(m / 2), at(m - m / 2)));
    powers += 2 * (max_index[a] + 1) * kLanes;
  }
}

// cos (and sin) of 2 pi f.R for the vectors of a chunk: [vector][cos, sin][kLanes], or [vector][kLanes]
// without sines.
template <bool kSines>
inline void chunk_phases(const Tables& t, const TermChunk& chunk, const double* powers, double* out) {
  const double* ex = powers;
  const double* ey = ex + 2 * (t.max_index[0] + 1) * kLanes;
  const double* ez = ey + 2 * (t.max_index[1] + 1) * kLanes;
  const HalfVector* vectors = t.vectors.data() + chunk.first_vector;
  for (std::size_t lane = 0; lane < kLanes; lane += kN) {
    int x = -1, y = 0;
    Complex xy{set(1.0), hn::Zero(d)};
    double* o = out + lane;
    for (int r = 0; r < chunk.n_vectors; ++r) {
      const HalfVector v = vectors[r];
      if (v.x != x || v.y != y) {
        x = v.x;
        y = v.y;
        const double* px = ex + 2 * x * kLanes + lane;
        const double* py = ey + 2 * (y < 0 ? -y : y) * kLanes + lane;
        const Complex cy{load(py), mul(load(py + kLanes), set(y < 0 ? -1.0 : 1.0))};
        xy = cmul({load(px), load(px + kLanes)}, cy);
      }
      const double* pz = ez + 2 * (v.z < 0 ? -v.z : v.z) * kLanes + lane;
      const V zre = load(pz);
      const V zim = mul(load(pz + kLanes), set(v.z < 0 ? -1.0 : 1.0));
      store(fnma(xy.im, zim, mul(xy.re, zre)), o);
      o += kLanes;
      if constexpr (kSines) {
        store(fma(xy.re, zim, mul(xy.im, zre)), o);
        o += kLanes;
      }
    }
  }
}

// exp(2 pi i f.r) of the atoms: [atom][re, im][kLanes].
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
