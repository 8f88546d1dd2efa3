// Eigenvectors: from those of the tridiagonal matrices to those of D, and to what the user sees.
#if defined(EUPHONIC_KERNEL_EIGENVECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_EIGENVECTORS_INL
#undef EUPHONIC_KERNEL_EIGENVECTORS_INL
#else
#define EUPHONIC_KERNEL_EIGENVECTORS_INL
#endif

#include <cstdint>

#include "core/kernel/output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Eigenvectors that go through the reflections together: they share the reflectors' elements, and stay in the
// first-level cache up to some sixty atoms.
#if HWY_TARGET <= HWY_AVX3
template <class F>
constexpr int kReflectedVectors = 8 / F::kWidth;
#else
template <class F>
constexpr int kReflectedVectors = 4 / F::kWidth;
#endif

// Applies reflector k and then, if kPair, reflector k - 1 to kCount eigenvectors [n][W][kN] at y, one after
// the other in memory. As a pair they read and write an eigenvector once:
//   (1 - v v*) (1 - u u*) y = y - u (u* y) - v (v* y - (v* u) (u* y)).
template <class F, int kCount, bool kPair>
HWY_INLINE void reflect(int n, int k, const Reflectors& r, double* y) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const std::size_t vector = static_cast<std::size_t>(n) * W;
  const double* u = r.u + W * packed(n, 0, k);
  const double* v = kPair ? r.u + W * packed(n, 0, k - 1) : u;
  T of_u[kCount], of_v[kCount], overlap = F::zero();
  // v begins an element earlier than u.
  const T v0 = F::get(v + k * W);
  EUPHONIC_UNROLL
  for (int m = 0; m < kCount; ++m) {
    of_u[m] = F::zero();
    of_v[m] = kPair ? F::add_conj_mul(F::zero(), v0, F::get(y + m * vector + k * W)) : F::zero();
  }
  for (int i = k + 1; i < n; ++i) {
    const T ui = F::get(u + i * W), vi = F::get(v + i * W);
    if constexpr (kPair) overlap = F::add_conj_mul(overlap, vi, ui);
    EUPHONIC_UNROLL
    for (int m = 0; m < kCount; ++m) {
      const T e = F::get(y + m * vector + i * W);
      of_u[m] = F::add_conj_mul(of_u[m], ui, e);
      if constexpr (kPair) of_v[m] = F::add_conj_mul(of_v[m], vi, e);
    }
  }
  if constexpr (kPair) {
    EUPHONIC_UNROLL
    for (int m = 0; m < kCount; ++m) {
      of_v[m] = F::sub_mul(of_v[m], overlap, of_u[m]);
      double* at = y + m * vector + k * W;
      F::put(F::sub_mul(F::get(at), v0, of_v[m]), at);
    }
  }
  for (int i = k + 1; i < n; ++i) {
    const T ui = F::get(u + i * W), vi = F::get(v + i * W);
    EUPHONIC_UNROLL
    for (int m = 0; m < kCount; ++m) {
      double* at = y + m * vector + i * W;
      T e = F::sub_mul(F::get(at), ui, of_u[m]);
      if constexpr (kPair) e = F::sub_mul(e, vi, of_v[m]);
      F::put(e, at);
    }
  }
}

template <class F, int kCount>
HWY_INLINE void reflect(int n, const Reflectors& r, double* y) {
  int k = n - 3;
  for (; k >= 1; k -= 2) reflect<F, kCount, true>(n, k, r, y);
  if (k == 0) reflect<F, kCount, false>(n, k, r, y);
}

// y: [n modes][n][W][kN] eigenvectors of D. z: those of T in columns, [n][n][kN]. order: [n][kLanes] the
// column of each mode, lane by lane.
// Max error of an element: 1e-15 n times the length of its vector.
template <class F>
inline void back_transform(int n, const double* z, const double* order, const Reflectors& r, double* y,
                           const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const std::size_t vector = static_cast<std::size_t>(n) * W;
  // Phases of T: rows of the real eigenvectors times s_k, s_0 = 1, s_{k+1} = s_k phase_k.
  T s = F::one();
  for (int i = 0; i < n; ++i) {
    const double* row = z + static_cast<std::size_t>(i) * n * kN;
    for (int m = 0; m < n; ++m)
      F::put(F::scale(s, gather<kN>(row, load(order + m * kLanes), 0)), y + m * vector + i * W);
    if (i + 1 < n) s = F::add_mul(F::zero(), s, F::get(r.phase + i * W));
  }
  constexpr int kCount = kReflectedVectors<F>;
  int m = 0;
  for (; m + kCount <= n; m += kCount) {
    if (is_cancelled(cancelled)) return;
    reflect<F, kCount>(n, r, y + m * vector);
  }
  for (; m + 2 <= n; m += 2) reflect<F, 2>(n, r, y + m * vector);
  if (m < n) reflect<F, 1>(n, r, y + m * vector);
}

// Eigenvectors to [2][3][n_atoms][n_modes][stride] in the cell gauge: e_i = exp(2 pi i f.r_i) times the
// kernel's, the real form undone. y as back_transform leaves it.
// Max error of an element: 1e-15.
inline void write_eigenvectors(const Tables& t, const double* y, const double* atom_phases, std::size_t lane,
                               std::size_t count, std::size_t stride, double* out,
                               const std::atomic<bool>* cancelled) {
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  const std::size_t plane = n * stride;  // one atom's modes
  const std::size_t component = t.n_atoms * plane;
  const auto phase = [&](int atom) {
    const double* at = atom_phases + 2 * atom * kLanes + lane;
    return Complex{load(at), load(at + kLanes)};
  };
  // Whole lines go past the caches: results are larger than these, and nobody reads them soon.
  const bool lines =
      count == kN && stride % kN == 0 && reinterpret_cast<std::uintptr_t>(out) % HWY_MAX_BYTES == 0;
  const auto put = [&](Complex e, Complex u, double* to) {
    Complex x = cmul(e, u);
    // A zero of either sign becomes the positive one: which it is depends on the rotations of other lanes.
    x.re = hn::Add(x.re, hn::Zero(d));
    x.im = hn::Add(x.im, hn::Zero(d));
    if (lines) {
      hn::Stream(x.re, d, to);
      hn::Stream(x.im, d, to + 3 * component);
    } else {
      store_some(x.re, count, to);
      store_some(x.im, count, to + 3 * component);
    }
  };
  const V root = set(0.70710678118654752440);
  for (const Tables::Orbit& orbit : t.orbits) {
    if (is_cancelled(cancelled)) return;
    const bool pair = t.real_form && orbit.second >= 0;
    const Complex u = phase(orbit.first), u_image = phase(pair ? orbit.second : orbit.first);
    for (std::size_t a = 0; a < 3; ++a) {
      double* to = out + a * component + orbit.first * plane;
      double* to_image = out + a * component + (pair ? orbit.second : orbit.first) * plane;
      for (std::size_t m = 0; m < n; ++m) {
        const double* e = y + (m * n + orbit.row + a) * width * kN;
        if (!t.real_form) {
          put({load(e), load(e + kN)}, u, to + m * stride);
        } else if (!pair) {
          put({load(e), hn::Zero(d)}, u, to + m * stride);
        } else {
          const V plus = mul(root, load(e)), minus = mul(root, load(e + 3 * kN));
          put({plus, minus}, u, to + m * stride);
          put({plus, hn::Neg(minus)}, u_image, to_image + m * stride);
        }
      }
    }
  }
}

// See DisplacementTables. y as back_transform leaves it, eigenvalues in the same order (hartree^2).
// Max error: 1e-14 times the sum of magnitudes.
inline void write_displacements(const Tables& t, const DisplacementTables& job, const double* y,
                                const double* eigenvalues, std::size_t lane, std::size_t count,
                                std::size_t stride, double* out) {
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  // omega in hartree with M in electron masses gives bohr^2.
  const double unit = 0.25 * kBohrInAngstrom * kBohrInAngstrom;
  for (const Tables::Orbit& orbit : t.orbits) {
    V sum[6];
    for (V& x : sum) x = hn::Zero(d);
    for (std::size_t m = 0; m < n; ++m) {
      const V omega = hn::Sqrt(hn::Max(load(eigenvalues + m * kLanes + lane), hn::Zero(d)));
      const V energy = mul(omega, set(kHartreeInMeV));
      const M counted = hn::Ge(energy, set(job.frequency_min));
      const V safe = hn::IfThenElse(counted, energy, set(1.0));
      V coth = set(1.0);  // 1 + 2 / (exp(omega / kT) - 1)
      if (job.beta > 0) coth = fma(set(2.0), occupation_of(mul(safe, set(job.beta))), coth);
      const V weight = hn::IfThenElseZero(counted, hn::Div(mul(coth, set(kHartreeInMeV)), safe));
      const auto at = [&](int row) { return y + (m * n + row) * width * kN; };
      int e6 = 0;
      for (int a = 0; a < 3; ++a) {
        for (int b = a; b < 3; ++b, ++e6) {
          const double* ya = at(orbit.row + a);
          const double* yb = at(orbit.row + b);
          V product = mul(load(ya), load(yb));
          if (!t.real_form) {
            product = fma(load(ya + kN), load(yb + kN), product);
          } else if (orbit.second >= 0) {
            // e = (plus + i minus) / sqrt 2, its image's the conjugate: the same product.
            product = mul(set(0.5), fma(load(at(orbit.row + 3 + a)), load(at(orbit.row + 3 + b)), product));
          }
          sum[e6] = fma(weight, product, sum[e6]);
        }
      }
    }
    for (int atom : {orbit.first, orbit.second}) {
      if (atom < 0) continue;
      const double scale = unit * t.inverse_sqrt_mass[atom] * t.inverse_sqrt_mass[atom];
      for (int e = 0; e < 6; ++e)
        store_some(mul(sum[e], set(scale)), count, out + (static_cast<std::size_t>(atom) * 6 + e) * stride);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
