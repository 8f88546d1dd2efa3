// Householder reduction of D to a real tridiagonal matrix T, one matrix per lane, in one pass over the matrix
// per step: the rank-2 update of a step is fused with the product that the next step needs, so that each
// element is read once.
//
// Reflectors are H = 1 - u u* with |u|^2 = 2 (or u = 0). H D H = D - u w* - w u*, w = p - (u* p / 2) u, p = D
// u. Started from a vector v, the first reflector takes v to its length times the first unit vector; all
// later ones leave that alone, so that the eigenvectors of T have the components of v along D's eigenvectors
// as their first elements (Golub & Welsch 1969).
#if defined(EUPHONIC_KERNEL_REDUCE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_REDUCE_INL
#undef EUPHONIC_KERNEL_REDUCE_INL
#else
#define EUPHONIC_KERNEL_REDUCE_INL
#endif

#include <algorithm>
#include <atomic>

#include "core/kernel/assemble-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Arithmetic of one element: complex (Hermitian D) or real (symmetric D). kWidth is the number of vectors it
// takes.
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
  static HWY_INLINE T add_scaled(T a, T b, V s) { return {fma(b.re, s, a.re), fma(b.im, s, a.im)}; }
  static HWY_INLINE T add(T a, T b) { return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)}; }
  static HWY_INLINE V norm(T a) { return fma(a.im, a.im, mul(a.re, a.re)); }
  static HWY_INLINE V add_norm(T a, V s) { return fma(a.im, a.im, fma(a.re, a.re, s)); }
  static HWY_INLINE V re(T a) { return a.re; }
  // Removes the imaginary part that rounding leaves on the diagonal.
  static HWY_INLINE T real(T a) { return {a.re, hn::Zero(d)}; }
  static constexpr int kColumns = 2;  // columns per pass: their constants and sums fill the registers
  static constexpr int kRowBlock = 32;
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
  static HWY_INLINE T add_scaled(T a, T b, V s) { return fma(b, s, a); }
  static HWY_INLINE T add(T a, T b) { return hn::Add(a, b); }
  static HWY_INLINE V norm(T a) { return mul(a, a); }
  static HWY_INLINE V add_norm(T a, V s) { return fma(a, a, s); }
  static HWY_INLINE V re(T a) { return a; }
  static HWY_INLINE T real(T a) { return a; }
  static constexpr int kColumns = 4;
  static constexpr int kRowBlock = 32;
};

// Scratch of the reduction, [n][u, w, x, p] elements: the pending update D -= u w* + w u*, the reflector x of
// the step, and its product p = D x. Side by side, because four arrays of the same length lie at the same
// offsets within a page, and loads from one then wait for stores to another.
template <class F>
struct ReduceScratch {
  static constexpr std::size_t W = F::kWidth * kN;
  double* base;
  HWY_INLINE double* u(int i) const { return base + 4 * W * i; }
  HWY_INLINE double* w(int i) const { return u(i) + W; }
  HWY_INLINE double* x(int i) const { return u(i) + 2 * W; }
  HWY_INLINE double* p(int i) const { return u(i) + 3 * W; }
};

// Tridiagonal matrices of a batch: [n][kLanes] diagonal, off-diagonal (element k couples k and k + 1). Their
// rows are in reverse order, the starting vector's last: QL then needs fewer sweeps (8 % for the crystals
// measured).
struct Tridiagonal {
  double* diagonal;
  double* off;
};

// Where eigenvectors need them: the reflectors in the order of their making, and the phases of T's
// off-diagonal elements.
struct Reflectors {
  double* u = nullptr;      // reflector s, |u|^2 = 2, in elements s+1 .. n-1 of row s: [n][n] elements
  double* phase = nullptr;  // [n] elements: T_{s+1,s} = phase_s |T_{s+1,s}|, s counted from the start
};

// A reflector H = 1 - tau x x*.
template <class F>
struct Reflector {
  V tau;                // 2 / |x|^2, or 0 for the identity
  V length;             // of the vector that was eliminated
  typename F::T phase;  // H maps it to -phase * length
};

// x0: first element of a vector of squared length sigma. Changes x0 so that the vector becomes the reflector.
template <class F>
HWY_INLINE Reflector<F> make_reflector(V sigma, double* first) {
  Reflector<F> r;
  const typename F::T x0 = F::get(first);
  // Squares below 1e-290 are zero: so much smaller than any element that matters that H may be the identity.
  const V tiny = set(1e-290);
  const V norm = F::norm(x0);
  const M no_phase = hn::Lt(norm, tiny), none = hn::Lt(sigma, tiny);
  const V inverse = rsqrt(hn::Max(norm, tiny));
  if constexpr (F::kWidth == 2) {
    r.phase.re = hn::IfThenElse(no_phase, set(1.0), mul(x0.re, inverse));
    r.phase.im = hn::IfThenZeroElse(no_phase, mul(x0.im, inverse));
  } else {
    r.phase = hn::CopySign(set(1.0), x0);
  }
  r.length = hn::IfThenZeroElse(none, mul(sigma, rsqrt(hn::Max(sigma, tiny))));
  const V modulus = hn::IfThenZeroElse(no_phase, mul(norm, inverse));
  const V size = fma(r.length, modulus, sigma);
  r.tau = hn::IfThenZeroElse(none, reciprocal_of(hn::Max(size, tiny)));
  F::put(F::add(x0, F::scale(r.phase, r.length)), first);
  return r;
}

// For columns j .. j + kCount of the lower triangle and rows first .. last: A -= u w* + w u*, p += A x (both
// triangles). Rows from j on that belong to the triangle on the diagonal are in if kDiagonal; then first is
// j.
template <class F, int kCount, bool kDiagonal>
HWY_INLINE void update_columns(int n, int j, int first, int last, double* a, const ReduceScratch<F>& s) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  T uj[kCount], wj[kCount], xj[kCount], pj[kCount];
  double* column[kCount];
  for (int k = 0; k < kCount; ++k) {
    uj[k] = F::get(s.u(j + k));
    wj[k] = F::get(s.w(j + k));
    xj[k] = F::get(s.x(j + k));
    pj[k] = F::get(s.p(j + k));
    column[k] = a + W * (packed(n, 0, j + k));
  }
  if constexpr (kDiagonal) {
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
    first += kCount;
  }
  for (int i = first; i < last; ++i) {
    const T ui = F::get(s.u(i)), wi = F::get(s.w(i)), xi = F::get(s.x(i));
    T pi = F::get(s.p(i));
    for (int k = 0; k < kCount; ++k) {
      double* at = column[k] + i * W;
      const T e = F::sub_mul_conj(F::sub_mul_conj(F::get(at), ui, wj[k]), wi, uj[k]);
      F::put(e, at);
      pi = F::add_mul(pi, e, xj[k]);
      pj[k] = F::add_conj_mul(pj[k], e, xi);
    }
    F::put(pi, s.p(i));
  }
  for (int k = 0; k < kCount; ++k) F::put(pj[k], s.p(j + k));
}

// The update of the last step and the product of the next one, over columns first .. n - 1. p starts from
// zero. Rows are taken in blocks whose u, w, x and p stay in the first-level cache while the columns go by:
// in long columns these would take more bandwidth than the matrix.
template <class F>
inline void update_and_multiply(int n, int first, double* a, const ReduceScratch<F>& s) {
  static_assert(F::kRowBlock % F::kColumns == 0, "columns left of a block of rows come in whole groups");
  constexpr std::size_t kRowBytes = 4 * F::kWidth * kN * sizeof(double), kCacheBytes = 20 * 1024;
  const int block = n * kRowBytes <= kCacheBytes ? n : F::kRowBlock;
  for (int begin = first; begin < n; begin += block) {
    const int end = std::min(n, begin + block);
    int j = first;
    for (; j < begin; j += F::kColumns) update_columns<F, F::kColumns, false>(n, j, begin, end, a, s);
    for (; j + F::kColumns <= end; j += F::kColumns) update_columns<F, F::kColumns, true>(n, j, j, end, a, s);
    for (; j < end; ++j) update_columns<F, 1, true>(n, j, j, end, a, s);
  }
}

// From reflector x and product p of rows first .. n-1 to the pending update: u = x, w = tau p - tau^2 (x* p /
// 2) x; p = 0. Then column `first` as that update leaves it: its diagonal element, the rest into x. Returns
// the rest's squared length.
template <class F>
HWY_INLINE V next_column(int n, int first, V tau, const double* column, const ReduceScratch<F>& s,
                         V* diagonal) {
  using T = typename F::T;
  V dot = hn::Zero(d);  // x* D x is real
  for (int i = first; i < n; ++i) {
    if constexpr (F::kWidth == 2) {
      const T x = F::get(s.x(i)), p = F::get(s.p(i));
      dot = fma(x.re, p.re, fma(x.im, p.im, dot));
    } else {
      dot = fma(F::get(s.x(i)), F::get(s.p(i)), dot);
    }
  }
  const V half = mul(mul(dot, set(-0.5)), mul(tau, tau));
  const auto pending = [&](int i) {
    return F::add_scaled(F::scale(F::get(s.p(i)), tau), F::get(s.x(i)), half);
  };
  const T uk = F::get(s.x(first)), wk = pending(first);
  V sigma = hn::Zero(d);
  for (int i = first; i < n; ++i) {
    const T ui = F::get(s.x(i)), wi = pending(i);
    F::put(ui, s.u(i));
    F::put(wi, s.w(i));
    F::put(F::zero(), s.p(i));
    const T e = F::sub_mul_conj(F::sub_mul_conj(F::get(column + i * ReduceScratch<F>::W), ui, wk), wi, uk);
    if (i == first) {
      *diagonal = F::re(e);
    } else {
      F::put(e, s.x(i));
      sigma = F::add_norm(e, sigma);
    }
  }
  return sigma;
}

// Reduces the packed matrix a (destroyed). start: vector to begin with or null. Returns |start|^2.
template <class F>
inline V reduce(int n, double* a, const double* start, double* scratch, const Tridiagonal& out,
                std::size_t lane, const Reflectors& keep, const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const ReduceScratch<F> s{scratch};
  std::fill(scratch, scratch + 4 * n * W, 0.0);
  V length2 = hn::Zero(d), tau = hn::Zero(d);
  if (start != nullptr) {
    for (int i = 0; i < n; ++i) {
      const T x = F::get(start + i * W);
      F::put(x, s.x(i));
      length2 = F::add_norm(x, length2);
    }
    tau = make_reflector<F>(length2, s.x(0)).tau;
    update_and_multiply<F>(n, 0, a, s);
  }
  for (int k = 0; k < n; ++k) {
    V diagonal;
    // The last reflector acts on rows 0 .. n-3 + 2: the last two columns share its update.
    const bool last = k + 1 == n;
    V sigma;
    if (last && n > 1) {
      const std::size_t at = W * packed(n, k, k);
      const T u = F::get(s.u(k)), w = F::get(s.w(k));
      diagonal = F::re(F::sub_mul_conj(F::sub_mul_conj(F::get(a + at), u, w), w, u));
      sigma = hn::Zero(d);
    } else {
      sigma = next_column<F>(n, k, tau, a + W * packed(n, 0, k), s, &diagonal);
    }
    store(diagonal, out.diagonal + (n - 1 - k) * kLanes + lane);
    if (last) break;
    double* off = out.off + (n - 2 - k) * kLanes + lane;
    const Reflector<F> r = make_reflector<F>(sigma, s.x(k + 1));
    store(r.length, off);
    if (k + 2 == n) {
      // One element below the diagonal: nothing to eliminate, only its phase counts.
      if (keep.u != nullptr) F::put(r.phase, keep.phase + k * W);
      continue;
    }
    tau = r.tau;
    if (keep.u != nullptr) {
      const V root = hn::Sqrt(tau);
      for (int i = k + 1; i < n; ++i)
        F::put(F::scale(F::get(s.x(i)), root), keep.u + (static_cast<std::size_t>(k) * n + i) * W);
      F::put(F::scale(r.phase, set(-1.0)), keep.phase + k * W);
    }
    update_and_multiply<F>(n, k + 1, a, s);
    if (is_cancelled(cancelled)) return length2;
  }
  return length2;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
