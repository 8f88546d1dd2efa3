// Householder reduction of D to a real tridiagonal matrix T, one matrix per lane, in one pass over the matrix per step:
// the rank-2 update of a step is fused with the product that the next step needs, so that each element is read once.
//
// Reflectors are H = 1 - u u* with |u|^2 = 2 (or u = 0). H D H = D - u w* - w u*, w = p - (u* p / 2) u, p = D u.
// Started from a vector v, the first reflector takes v to its length times the first unit vector; all later ones leave that alone,
// so that the eigenvectors of T have the components of v along D's eigenvectors as their first elements (Golub & Welsch 1969).
#if defined(EUPHONIC_KERNEL_REDUCE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_REDUCE_INL
#undef EUPHONIC_KERNEL_REDUCE_INL
#else
#define EUPHONIC_KERNEL_REDUCE_INL
#endif

#include <atomic>

#include "core/kernel/assemble-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Arithmetic of one element: complex (Hermitian D) or real (symmetric D). kWidth is the number of vectors it takes.
struct ComplexField {
  static constexpr std::size_t kWidth = 2;
  using T = Complex;
  static HWY_INLINE T get(const double* p) { return {load(p), load(p + kN)}; }
  static HWY_INLINE void put(T x, double* p) {
    store(x.re, p);
    store(x.im, p + kN);
  }
  static HWY_INLINE T zero() { return {hn::Zero(d), hn::Zero(d)}; }
  // a - b conj(c)
  static HWY_INLINE T sub_mul_conj(T a, T b, T c) {
    return {fnma(b.im, c.im, fnma(b.re, c.re, a.re)), fma(b.re, c.im, fnma(b.im, c.re, a.im))};
  }
  // a + b c
  static HWY_INLINE T add_mul(T a, T b, T c) {
    return {fnma(b.im, c.im, fma(b.re, c.re, a.re)), fma(b.im, c.re, fma(b.re, c.im, a.im))};
  }
  // a + conj(b) c
  static HWY_INLINE T add_conj_mul(T a, T b, T c) {
    return {fma(b.im, c.im, fma(b.re, c.re, a.re)), fnma(b.im, c.re, fma(b.re, c.im, a.im))};
  }
  static HWY_INLINE T scale(T a, V s) { return {mul(a.re, s), mul(a.im, s)}; }
  static HWY_INLINE T add(T a, T b) { return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)}; }
  static HWY_INLINE V norm(T a) { return fma(a.im, a.im, mul(a.re, a.re)); }
  static HWY_INLINE V add_norm(T a, V s) { return fma(a.im, a.im, fma(a.re, a.re, s)); }
  static HWY_INLINE V re(T a) { return a.re; }
  // Removes the imaginary part that rounding leaves on the diagonal.
  static HWY_INLINE T real(T a) { return {a.re, hn::Zero(d)}; }
  static constexpr int kColumns = 2;  // columns per pass: their constants and sums fill the registers
};

struct RealField {
  static constexpr std::size_t kWidth = 1;
  using T = V;
  static HWY_INLINE T get(const double* p) { return load(p); }
  static HWY_INLINE void put(T x, double* p) { store(x, p); }
  static HWY_INLINE T zero() { return hn::Zero(d); }
  static HWY_INLINE T sub_mul_conj(T a, T b, T c) { return fnma(b, c, a); }
  static HWY_INLINE T add_mul(T a, T b, T c) { return fma(b, c, a); }
  static HWY_INLINE T add_conj_mul(T a, T b, T c) { return fma(b, c, a); }
  static HWY_INLINE T scale(T a, V s) { return mul(a, s); }
  static HWY_INLINE T add(T a, T b) { return hn::Add(a, b); }
  static HWY_INLINE V norm(T a) { return mul(a, a); }
  static HWY_INLINE V add_norm(T a, V s) { return fma(a, a, s); }
  static HWY_INLINE V re(T a) { return a; }
  static HWY_INLINE T real(T a) { return a; }
  static constexpr int kColumns = 4;
};

// Scratch of the reduction: four vectors of n elements.
struct ReduceScratch {
  double *u, *w, *x, *p;
};

// Tridiagonal matrices of a batch: [n][kLanes] diagonal d, off-diagonal e (e[n-1] unused).
struct Tridiagonal {
  double* diagonal;
  double* off;
};

// Where eigenvectors need them: the reflectors in the order of their making, and the phases of T's off-diagonal elements.
struct Reflectors {
  double* u = nullptr;       // reflector s occupies elements s+1 .. n-1 of row s: [n][n] elements
  double* phase = nullptr;   // [n] elements: T_{s+1,s} = phase_s |T_{s+1,s}|
};

// Turns x[first..n) into u with |u|^2 = 2 and H x = -phase |x| e_first. Returns |x|; x = 0 gives u = 0.
template <class F>
HWY_INLINE V make_reflector(int first, int n, double* x, typename F::T* phase) {
  constexpr std::size_t W = F::kWidth * kN;
  V sigma = hn::Zero(d);
  for (int i = first; i < n; ++i) sigma = F::add_norm(F::get(x + i * W), sigma);
  const V length = hn::Sqrt(sigma);
  const typename F::T x0 = F::get(x + first * W);
  const V modulus = hn::Sqrt(F::norm(x0));
  const M no_phase = hn::Le(modulus, set(1e-150));
  const V inverse = hn::Div(set(1.0), hn::IfThenElse(no_phase, set(1.0), modulus));
  if constexpr (F::kWidth == 2) {
    phase->re = hn::IfThenElse(no_phase, set(1.0), mul(x0.re, inverse));
    phase->im = hn::IfThenElse(no_phase, hn::Zero(d), mul(x0.im, inverse));
  } else {
    *phase = hn::IfThenElse(no_phase, set(1.0), hn::CopySign(set(1.0), x0));
  }
  const V size = fma(length, modulus, sigma);  // |u|^2 / 2 before scaling
  const M none = hn::Le(size, set(1e-290));
  const V scale = hn::IfThenZeroElse(none, hn::Div(set(1.0), hn::Sqrt(hn::IfThenElse(none, set(1.0), size))));
  F::put(F::add(x0, F::scale(*phase, length)), x + first * W);
  for (int i = first; i < n; ++i) F::put(F::scale(F::get(x + i * W), scale), x + i * W);
  return length;
}

// For columns j .. j + kCount of the lower triangle, rows below them: A -= u w* + w u*, p += A x (both triangles).
template <class F, int kCount>
HWY_INLINE void update_columns(int n, int j, double* a, const ReduceScratch& s) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  T uj[kCount], wj[kCount], xj[kCount], pj[kCount];
  double* column[kCount];
  for (int k = 0; k < kCount; ++k) {
    uj[k] = F::get(s.u + (j + k) * W);
    wj[k] = F::get(s.w + (j + k) * W);
    xj[k] = F::get(s.x + (j + k) * W);
    pj[k] = F::get(s.p + (j + k) * W);
    column[k] = a + W * (packed(n, 0, j + k));
  }
  // The triangle on the diagonal.
  for (int k = 0; k < kCount; ++k) {
    for (int i = k; i < kCount; ++i) {
      double* at = column[k] + (j + i) * W;
      T e = F::sub_mul_conj(F::sub_mul_conj(F::get(at), uj[i], wj[k]), wj[i], uj[k]);
      if (i == k) {
        e = F::real(e);
        pj[k] = F::add(pj[k], F::scale(xj[k], F::re(e)));
      } else {
        pj[i] = F::add_mul(pj[i], e, xj[k]);
        pj[k] = F::add_conj_mul(pj[k], e, xj[i]);
      }
      F::put(e, at);
    }
  }
  for (int i = j + kCount; i < n; ++i) {
    const T ui = F::get(s.u + i * W), wi = F::get(s.w + i * W), xi = F::get(s.x + i * W);
    T pi = F::get(s.p + i * W);
    for (int k = 0; k < kCount; ++k) {
      double* at = column[k] + i * W;
      const T e = F::sub_mul_conj(F::sub_mul_conj(F::get(at), ui, wj[k]), wi, uj[k]);
      F::put(e, at);
      pi = F::add_mul(pi, e, xj[k]);
      pj[k] = F::add_conj_mul(pj[k], e, xi);
    }
    F::put(pi, s.p + i * W);
  }
  for (int k = 0; k < kCount; ++k) F::put(pj[k], s.p + (j + k) * W);
}

// The update of the last step and the product of the next one, over columns first .. n - 1.
template <class F>
inline void update_and_multiply(int n, int first, double* a, const ReduceScratch& s) {
  constexpr std::size_t W = F::kWidth * kN;
  for (int i = first; i < n; ++i) F::put(F::zero(), s.p + i * W);
  int j = first;
  for (; j + F::kColumns <= n; j += F::kColumns) update_columns<F, F::kColumns>(n, j, a, s);
  for (; j < n; ++j) update_columns<F, 1>(n, j, a, s);
}

// w = p - (x* p / 2) x, into w.
template <class F>
HWY_INLINE void finish_product(int n, int first, const ReduceScratch& s) {
  constexpr std::size_t W = F::kWidth * kN;
  V dot = hn::Zero(d);  // x* D x is real
  for (int i = first; i < n; ++i) dot = hn::Add(dot, F::re(F::add_conj_mul(F::zero(), F::get(s.x + i * W), F::get(s.p + i * W))));
  const V half = mul(dot, set(-0.5));
  for (int i = first; i < n; ++i)
    F::put(F::add(F::get(s.p + i * W), F::scale(F::get(s.x + i * W), half)), s.w + i * W);
}

// Reduces the packed matrix a (destroyed). start: vector to begin with (destroyed) or null. Returns |start|^2.
template <class F>
inline V reduce(int n, double* a, double* start, ReduceScratch s, const Tridiagonal& out, std::size_t lane,
                const Reflectors& keep, const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  V length2 = hn::Zero(d);
  std::fill(s.u, s.u + n * W, 0.0);
  std::fill(s.w, s.w + n * W, 0.0);
  if (start != nullptr) {
    std::copy(start, start + n * W, s.x);
    T phase;
    const V length = make_reflector<F>(0, n, s.x, &phase);
    length2 = mul(length, length);
    update_and_multiply<F>(n, 0, a, s);
    finish_product<F>(n, 0, s);
    std::swap(s.u, s.x);
  }
  for (int k = 0; k < n; ++k) {
    // Column k as the pending update leaves it.
    const T wk = F::get(s.w + k * W), uk = F::get(s.u + k * W);
    const double* column = a + W * packed(n, 0, k);
    for (int i = k; i < n; ++i) {
      const T e = F::sub_mul_conj(F::sub_mul_conj(F::get(column + i * W), F::get(s.u + i * W), wk), F::get(s.w + i * W), uk);
      if (i == k) {
        store(F::re(e), out.diagonal + k * kLanes + lane);
      } else {
        F::put(e, s.x + i * W);
      }
    }
    if (k + 1 == n) break;
    T phase;
    if (k + 2 == n) {
      // A single element below the diagonal: nothing to eliminate, the pending update stays for the last column.
      const T e = F::get(s.x + (k + 1) * W);
      const V modulus = hn::Sqrt(F::norm(e));
      store(modulus, out.off + k * kLanes + lane);
      if (keep.u != nullptr) {
        const M none = hn::Le(modulus, set(1e-150));
        const V inverse = hn::Div(set(1.0), hn::IfThenElse(none, set(1.0), modulus));
        if constexpr (F::kWidth == 2) {
          phase = {hn::IfThenElse(none, set(1.0), mul(e.re, inverse)), hn::IfThenZeroElse(none, mul(e.im, inverse))};
        } else {
          phase = hn::IfThenElse(none, set(1.0), mul(e, inverse));
        }
        F::put(phase, keep.phase + k * W);
      }
      continue;
    }
    store(make_reflector<F>(k + 1, n, s.x, &phase), out.off + k * kLanes + lane);
    if (keep.u != nullptr) {
      std::copy(s.x + (k + 1) * W, s.x + n * W, keep.u + (static_cast<std::size_t>(k) * n + k + 1) * W);
      F::put(F::scale(phase, set(-1.0)), keep.phase + k * W);
    }
    update_and_multiply<F>(n, k + 1, a, s);
    finish_product<F>(n, k + 1, s);
    std::swap(s.u, s.x);
    if ((k & 15) == 15 && cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) return length2;
  }
  return length2;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
