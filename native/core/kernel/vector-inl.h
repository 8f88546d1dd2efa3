// Vector helpers: complex lanes, reciprocal square root, sine and cosine of a fraction of a turn.
#if defined(EUPHONIC_KERNEL_VECTOR_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_VECTOR_INL
#undef EUPHONIC_KERNEL_VECTOR_INL
#else
#define EUPHONIC_KERNEL_VECTOR_INL
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Lanes are q-points. HWY_FULL on x86 has a compile-time number of lanes.
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
constexpr D d;
constexpr std::size_t kN = HWY_MAX_BYTES / sizeof(double);

// Registers decide how many vectors share one broadcast constant, and how many go together through
// the QL chain.
#if HWY_TARGET <= HWY_AVX3
constexpr int kTermVectors = 2;
constexpr int kChainVectors = 4;
#else
constexpr int kTermVectors = 1;
constexpr int kChainVectors = 2;
#endif
constexpr int kBatchVectors = 4;

HWY_INLINE V set(double x) { return hn::Set(d, x); }
HWY_INLINE V load(const double* p) { return hn::Load(d, p); }
HWY_INLINE void store(V v, double* p) { hn::Store(v, d, p); }
HWY_INLINE V fma(V a, V b, V c) { return hn::MulAdd(a, b, c); }
HWY_INLINE V fnma(V a, V b, V c) { return hn::NegMulAdd(a, b, c); }
HWY_INLINE V mul(V a, V b) { return hn::Mul(a, b); }

// Before a loop of few turns whose arrays are to be registers: without it g++ unrolls too late to see that.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EUPHONIC_UNROLL  // minutes of compilation, for nothing
#elif HWY_COMPILER_CLANG
#define EUPHONIC_UNROLL _Pragma("unroll")
#else
#define EUPHONIC_UNROLL _Pragma("GCC unroll 8")
#endif

// Keeps a value in its register: compilers would rather load it again for every multiply-add that uses it,
// and the loop is then bound by loads.
HWY_INLINE void in_register(V& v) {
#if HWY_TARGET <= HWY_AVX3 && HWY_COMPILER_GCC
  asm("" : "+v"(v.raw));
#else
  (void)v;
#endif
}

struct Complex {
  V re, im;
};
// a * b, and conj(a) * b. Max error of either part: 2.3e-16 |a| |b|.
HWY_INLINE Complex cmul(Complex a, Complex b) {
  return {fnma(a.im, b.im, mul(a.re, b.re)), fma(a.im, b.re, mul(a.re, b.im))};
}
HWY_INLINE Complex cmul_conj(Complex a, Complex b) {
  return {fma(a.im, b.im, mul(a.re, b.re)), fnma(a.im, b.re, mul(a.re, b.im))};
}

// 1 / sqrt(x).
// Max error: ULP = 1.5. Valid range: normal x > 0. AVX-512 has a 14-bit estimate, which one step of
// fourth order brings to full precision (series of (1 - e)^-1/2, e = 1 - x y^2).
HWY_INLINE V rsqrt(V x) {
#if HWY_TARGET <= HWY_AVX3
  const V y{_mm512_rsqrt14_pd(x.raw)};
  const V e = fnma(mul(x, y), y, set(1.0));
  return fma(fma(fma(e, set(0.3125), set(0.375)), e, set(0.5)), mul(e, y), y);
#else
  return hn::Div(set(1.0), hn::Sqrt(x));
#endif
}

// 1 / x.
// Max error: ULP = 0.51. Valid range: |x| in [2^-1021, 2^1022].
HWY_INLINE V reciprocal_of(V x) {
#if HWY_TARGET <= HWY_AVX3
  const V y{_mm512_rcp14_pd(x.raw)};
  const V e = fnma(x, y, set(1.0));
  const V p = mul(fma(e, e, e), fma(e, e, set(1.0)));  // e + e^2 + e^3 + e^4
  return fma(p, y, y);
#else
  return hn::Div(set(1.0), x);
#endif
}

// exp(2 pi i x), by Taylor series within an eighth of a turn.
// Max error of either part: 1.7e-16. Valid range: |x| <= 0.5 and what rounding adds to that.
HWY_INLINE Complex turn(V x) {
  const V k = hn::Round(mul(x, set(4.0)));
  const V t = mul(fnma(k, set(0.25), x), set(6.283185307179586476925));
  const V t2 = mul(t, t);
  V s = set(-7.6471637318198164759e-13);           // -1/15!
  s = fma(s, t2, set(1.6059043836821614599e-10));  // 1/13!
  s = fma(s, t2, set(-2.5052108385441718775e-8));  // -1/11!
  s = fma(s, t2, set(2.7557319223985890653e-6));   // 1/9!
  s = fma(s, t2, set(-1.9841269841269841270e-4));  // -1/7!
  s = fma(s, t2, set(8.3333333333333333333e-3));   // 1/5!
  s = fma(s, t2, set(-1.6666666666666666667e-1));  // -1/3!
  s = fma(mul(s, t2), t, t);
  V c = set(4.7794773323873852974e-14);             // 1/16!
  c = fma(c, t2, set(-1.1470745597729724714e-11));  // -1/14!
  c = fma(c, t2, set(2.0876756987868098979e-9));    // 1/12!
  c = fma(c, t2, set(-2.7557319223985890653e-7));   // -1/10!
  c = fma(c, t2, set(2.4801587301587301587e-5));    // 1/8!
  c = fma(c, t2, set(-1.3888888888888888889e-3));   // -1/6!
  c = fma(c, t2, set(4.1666666666666666667e-2));    // 1/4!
  c = fma(c, t2, set(-0.5));
  c = fma(c, t2, set(1.0));
  // Quarter turns: k = 0, +-1, +-2.
  const V a = hn::Abs(k);
  const M odd = hn::Eq(a, set(1.0));
  const M half = hn::Eq(a, set(2.0));
  V re = hn::IfThenElse(odd, hn::Neg(mul(k, s)), c);
  V im = hn::IfThenElse(odd, mul(k, c), s);
  re = hn::IfThenElse(half, hn::Neg(c), re);
  im = hn::IfThenElse(half, hn::Neg(s), im);
  return {re, im};
}

// The same, with the same error. Valid range: |x| < 2^51.
HWY_INLINE Complex turn_any(V x) { return turn(hn::Sub(x, hn::Round(x))); }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
