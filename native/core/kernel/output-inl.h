// Sorting, units and thermal factors: from eigenvalues in hartree^2 to what the user sees.
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
// TAOCP 3, 5.2.2 M). Valid range: no NaN.
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
// below -kImaginaryMeV among the first `count` lanes.
// Max error: relative 2.3e-16.
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

// Bose occupation 1 / (exp(x) - 1).
// Max error: relative 1e-15. Valid range: x > 1e-300; 0 from x = 700 on, as the exponential's domain
// ends at 706.
HWY_INLINE V occupation_of(V x) {
  const V largest = set(700.0);
  return hn::IfThenZeroElse(hn::Gt(x, largest), hn::Div(set(1.0), hn::Expm1(d, hn::Min(x, largest))));
}

struct Intensity {
  V created, absorbed;
};

// S = |v|^2 z^2 / (2 n_atoms |omega|) in mbarn per atom, times the thermal factors 1 + n and n; 0 where omega
// is 0.
// Max error: relative 1e-15, of n times 4 + |omega| / kT.
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

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
