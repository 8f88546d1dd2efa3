// Sorting, units, thermal factors and eigenvectors: from eigenvalues in hartree^2 to what the user sees.
#if defined(EUPHONIC_KERNEL_OUTPUT_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_OUTPUT_INL
#undef EUPHONIC_KERNEL_OUTPUT_INL
#else
#define EUPHONIC_KERNEL_OUTPUT_INL
#endif

#include "core/kernel/diagonalise-inl.h"
#include "core/units.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Ascending order of keys [n][kLanes] in every lane, payload moved along: Batcher's merge exchange (Knuth,
// TAOCP 3, 5.2.2 M).
inline void sort_lanes(int n, double* keys, double* payload, std::size_t lane) {
  const auto exchange = [&](int i, int j) {
    double* ki = keys + i * kLanes + lane;
    double* kj = keys + j * kLanes + lane;
    const V a = load(ki), b = load(kj);
    const M swap = hn::Lt(b, a);
    store(hn::IfThenElse(swap, b, a), ki);
    store(hn::IfThenElse(swap, a, b), kj);
    double* pi = payload + i * kLanes + lane;
    double* pj = payload + j * kLanes + lane;
    const V x = load(pi), y = load(pj);
    store(hn::IfThenElse(swap, y, x), pi);
    store(hn::IfThenElse(swap, x, y), pj);
  };
  if (n < 2) return;
  int top = 1;
  while (2 * top < n) top *= 2;
  for (int p = top; p > 0; p /= 2) {
    int q = top, r = 0, gap = p;
    for (;;) {
      for (int i = 0; i + gap < n; ++i)
        if ((i & p) == r) exchange(i, i + gap);
      if (q == p) break;
      gap = q - p;
      q /= 2;
      r = p;
    }
  }
}

HWY_INLINE void store_some(V v, std::size_t count, double* p) {
  if (count >= kN) {
    hn::StoreU(v, d, p);
  } else {
    HWY_ALIGN double lanes[kN];
    store(v, lanes);
    std::copy(lanes, lanes + count, p);
  }
}

// Eigenvalues (hartree^2) become frequencies in meV, in place, imaginary ones negative. Returns how many are
// imaginary.
inline std::size_t to_frequencies(int n, double* eigenvalues, std::size_t lane, std::size_t count) {
  const M wanted = hn::FirstN(d, count);
  std::size_t imaginary = 0;
  for (int m = 0; m < n; ++m) {
    double* at = eigenvalues + m * kLanes + lane;
    const V x = load(at);
    const V w = hn::CopySign(mul(hn::Sqrt(hn::Abs(x)), set(kHartreeInMeV)), x);
    store(w, at);
    imaginary += hn::CountTrue(d, hn::And(wanted, hn::Lt(w, set(-kImaginaryMeV))));
  }
  return imaginary;
}

inline void write_frequencies(int n, const double* frequencies, std::size_t lane, std::size_t count,
                              std::size_t stride, double* out) {
  for (int m = 0; m < n; ++m) store_some(load(frequencies + m * kLanes + lane), count, out + m * stride);
}

// Bose occupation 1 / (exp(x) - 1), x > 0: 0 where that underflows (the exponential's domain ends at 706).
HWY_INLINE V occupation_of(V x) {
  const V largest = set(700.0);
  return hn::IfThenZeroElse(hn::Gt(x, largest), hn::Div(set(1.0), hn::Expm1(d, hn::Min(x, largest))));
}

struct Intensity {
  V created, absorbed;
};

// S = |v|^2 z^2 / (2 n_atoms |omega|) in mbarn per atom, times the thermal factors 1 + n and n; 0 where omega
// is 0.
HWY_INLINE Intensity mode_intensity(const Tables& t, const ScatteringTables& s, V frequency, V z, V length2) {
  const V w = hn::Abs(frequency);
  const M zero = hn::Eq(w, hn::Zero(d));
  const V safe = hn::IfThenElse(zero, set(1.0), w);
  const V unit = mul(length2, set(kBohr2InMillibarn * kHartreeInMeV / (2.0 * t.n_atoms)));
  const V bare = hn::IfThenZeroElse(zero, hn::Div(mul(unit, mul(z, z)), safe));
  if (!s.thermal) return {bare, bare};
  const V occupation = s.zero_temperature ? hn::Zero(d) : occupation_of(mul(safe, set(s.beta)));
  return {mul(bare, hn::Add(set(1.0), occupation)), mul(bare, occupation)};
}

inline void write_structure_factors(const Tables& t, const ScatteringTables& s, const double* frequencies,
                                    const double* z, V length2, std::size_t lane, std::size_t count,
                                    std::size_t stride, double* out) {
  for (int m = 0; m < t.n; ++m) {
    const Intensity i =
        mode_intensity(t, s, load(frequencies + m * kLanes + lane), load(z + m * kLanes + lane), length2);
    store_some(i.created, count, out + m * stride);
    if (s.negative_e) store_some(i.absorbed, count, out + (t.n + m) * stride);
  }
}

// Scratch: [n][n][W][kN] eigenvectors of D in the order of the unsorted eigenvalues.
template <class F>
inline void back_transform(int n, const double* z, const Reflectors& r, double* y,
                           const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  // Phases of T: rows of the real eigenvectors times s_k, s_0 = 1, s_{k+1} = s_k phase_k.
  T s = F::zero();
  if constexpr (F::kWidth == 2) {
    s.re = set(1.0);
  } else {
    s = set(1.0);
  }
  for (int i = 0; i < n; ++i) {
    for (int m = 0; m < n; ++m) {
      const std::size_t at = static_cast<std::size_t>(i) * n + m;
      F::put(F::scale(s, load(z + at * kN)), y + at * W);
    }
    if (i + 1 < n) s = F::add_mul(F::zero(), s, F::get(r.phase + i * W));
  }
  for (int k = n - 3; k >= 0; --k) {
    if (is_cancelled(cancelled)) return;
    const double* u = r.u + static_cast<std::size_t>(k) * n * W;
    for (int m = 0; m < n; ++m) {
      T dot = F::zero();
      for (int i = k + 1; i < n; ++i)
        dot = F::add_conj_mul(dot, F::get(u + i * W), F::get(y + (static_cast<std::size_t>(i) * n + m) * W));
      dot = F::scale(dot, set(-1.0));
      for (int i = k + 1; i < n; ++i) {
        double* at = y + (static_cast<std::size_t>(i) * n + m) * W;
        F::put(F::add_mul(F::get(at), F::get(u + i * W), dot), at);
      }
    }
  }
}

// Eigenvectors to [2][3][n_atoms][n_modes][stride] in the cell gauge: e_i = exp(2 pi i f.r_i) times the
// kernel's, the real form undone. order: [n][kLanes] index of the eigenvalue that belongs at each place.
inline void write_eigenvectors(const Tables& t, const double* y, const double* order,
                               const double* atom_phases, std::size_t lane, std::size_t count,
                               std::size_t stride, double* out, const std::atomic<bool>* cancelled) {
  const int n = t.n;
  const std::size_t plane = static_cast<std::size_t>(n) * stride;  // one atom's modes
  const std::size_t component = t.n_atoms * plane;
  const auto put = [&](int atom, int a, int m, std::size_t q, double re, double im) {
    const double ur = atom_phases[2 * atom * kLanes + lane + q],
                 ui = atom_phases[(2 * atom + 1) * kLanes + lane + q];
    double* o = out + a * component + atom * plane + m * stride + q;
    o[0] = re * ur - im * ui;
    o[3 * component] = re * ui + im * ur;
  };
  const double root = 0.70710678118654752440;
  for (const Tables::Orbit& orbit : t.orbits) {
    if (is_cancelled(cancelled)) return;
    for (int a = 0; a < 3; ++a) {
      const std::size_t row = orbit.row + a;
      for (int m = 0; m < n; ++m) {
        for (std::size_t q = 0; q < count; ++q) {
          const std::size_t column = static_cast<std::size_t>(order[m * kLanes + lane + q]);
          if (!t.real_form) {
            const double* e = y + (row * n + column) * 2 * kN + q;
            put(orbit.first, a, m, q, e[0], e[kN]);
          } else if (orbit.second < 0) {
            put(orbit.first, a, m, q, y[(row * n + column) * kN + q], 0);
          } else {
            const double plus = root * y[(row * n + column) * kN + q];
            const double minus = root * y[((row + 3) * n + column) * kN + q];
            put(orbit.first, a, m, q, plus, minus);
            put(orbit.second, a, m, q, plus, -minus);
          }
        }
      }
    }
  }
}

// See DisplacementTables. y as in write_eigenvectors, eigenvalues in the same order (hartree^2).
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
      const auto at = [&](int row) { return y + (static_cast<std::size_t>(row) * n + m) * width * kN; };
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
