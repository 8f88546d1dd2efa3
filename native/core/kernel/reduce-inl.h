// Householder reduction of D to a real tridiagonal matrix T, one matrix per lane, in one pass over the matrix
// per step.
//
// Reflectors are H = 1 - u u* with |u|^2 = 2 (or u = 0). H D H = D - u w* - w u*, w = p - (u* p / 2) u, p = D
// u. Started from a vector v, the first reflector takes v to its length times the first unit vector; all
// later ones leave that alone, so that the eigenvectors of T have the components of v along D's eigenvectors
// as their first elements (Golub & Welsch 1969).
//
// A step needs the product of the updated matrix with a vector. What bounds it is the traffic between the
// first-level cache and the next, of which writing takes the larger part. So updates are left pending for
// a few steps (cf. Dongarra, Sorensen & Hammarling 1989): most passes only read, and the product is corrected
// for what is pending; the pass that makes up for them updates and multiplies each element while it is
// in a register.
#if defined(EUPHONIC_KERNEL_REDUCE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_REDUCE_INL
#undef EUPHONIC_KERNEL_REDUCE_INL
#else
#define EUPHONIC_KERNEL_REDUCE_INL
#endif

#include <algorithm>
#include <atomic>
#include <type_traits>

#include "core/kernel/assemble-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Arithmetic of one element: complex (Hermitian D) or real (symmetric D). kWidth is the number of
// vectors it takes.
struct ComplexField {
  static constexpr std::size_t kWidth = 2;
  using T = Complex;
  static HWY_INLINE T get(const double* p) { return {load(p), load(p + kN)}; }
  static HWY_INLINE void hold(T& e) {
    in_register(e.re);
    in_register(e.im);
  }
  static HWY_INLINE void put(T x, double* p) {
    store(x.re, p);
    store(x.im, p + kN);
  }
  static HWY_INLINE T zero() { return {hn::Zero(d), hn::Zero(d)}; }
  static HWY_INLINE T one() { return {set(1.0), hn::Zero(d)}; }
  // a - b conj(c)
  static HWY_INLINE T sub_mul_conj(T a, T b, T c) {
    return {fnma(b.im, c.im, fnma(b.re, c.re, a.re)), fma(b.re, c.im, fnma(b.im, c.re, a.im))};
  }
  // a - b c
  static HWY_INLINE T sub_mul(T a, T b, T c) {
    return {fma(b.im, c.im, fnma(b.re, c.re, a.re)), fnma(b.im, c.re, fnma(b.re, c.im, a.im))};
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
  // s + Re conj(a) b
  static HWY_INLINE V add_dot(T a, T b, V s) { return fma(a.im, b.im, fma(a.re, b.re, s)); }
  static HWY_INLINE V re(T a) { return a.re; }
  // Removes the imaginary part that rounding leaves on the diagonal.
  static HWY_INLINE T real(T a) { return {a.re, hn::Zero(d)}; }
  // Updates that may be pending when a step begins. More than one gains nothing: here the arithmetic of a
  // pass takes longer than its traffic.
  static constexpr int kDelay = 1;
  // Columns at a time, by the number of pending updates: their constants and sums fill the registers.
  static constexpr int kColumns[] = {6, 3};
  static constexpr int kRowBlock = 30;
};

struct RealField {
  static constexpr std::size_t kWidth = 1;
  using T = V;
  static HWY_INLINE T get(const double* p) { return load(p); }
  static HWY_INLINE void hold(T& e) { in_register(e); }
  static HWY_INLINE void put(T x, double* p) { store(x, p); }
  static HWY_INLINE T zero() { return hn::Zero(d); }
  static HWY_INLINE T one() { return set(1.0); }
  static HWY_INLINE T sub_mul_conj(T a, T b, T c) { return fnma(b, c, a); }
  static HWY_INLINE T sub_mul(T a, T b, T c) { return fnma(b, c, a); }
  static HWY_INLINE T add_mul(T a, T b, T c) { return fma(b, c, a); }
  static HWY_INLINE T add_conj_mul(T a, T b, T c) { return fma(b, c, a); }
  static HWY_INLINE T scale(T a, V s) { return mul(a, s); }
  static HWY_INLINE T add_scaled(T a, T b, V s) { return fma(b, s, a); }
  static HWY_INLINE T add(T a, T b) { return hn::Add(a, b); }
  static HWY_INLINE V norm(T a) { return mul(a, a); }
  static HWY_INLINE V add_norm(T a, V s) { return fma(a, a, s); }
  static HWY_INLINE V add_dot(T a, T b, V s) { return fma(a, b, s); }
  static HWY_INLINE V re(T a) { return a; }
  static HWY_INLINE T real(T a) { return a; }
  static constexpr int kDelay = 2;
  static constexpr int kColumns[] = {8, 4, 4};
  static constexpr int kRowBlock = 32;
};

// A matrix that stays in the first-level cache gains nothing from delays.
constexpr std::size_t kFirstLevelBytes = 20 * 1024;

// Scratch of the reduction, [n] rows of elements: the pending updates D -= u w* + w u*, the reflector x of
// the step, and its product p = D x. Side by side, because arrays of the same length lie at the same offsets
// within a page, and loads from one then wait for stores to another.
template <class F>
struct ReduceScratch {
  static constexpr std::size_t W = F::kWidth * kN;
  static constexpr std::size_t kRow = (2 * F::kDelay + 2) * W;
  double* base;
  HWY_INLINE double* row(int i) const { return base + kRow * i; }
  HWY_INLINE double* x(int i) const { return row(i); }
  HWY_INLINE double* p(int i) const { return row(i) + W; }
  HWY_INLINE double* u(int i, int pair) const { return row(i) + (2 + 2 * pair) * W; }
  HWY_INLINE double* w(int i, int pair) const { return row(i) + (3 + 2 * pair) * W; }
};

// Tridiagonal matrices of a batch: [n][kLanes] diagonal, off-diagonal (element k couples k and k + 1). Their
// rows are in reverse order, the starting vector's last: QL then needs fewer sweeps (8 % for
// the crystals measured).
struct Tridiagonal {
  double* diagonal;
  double* off;
};

// Where eigenvectors need them: the reflectors in the order of their making, and the phases of T's
// off-diagonal elements.
struct Reflectors {
  double* u = nullptr;      // reflector s, |u|^2 = 2, in elements s+1 .. n-1 of column s, packed as D is
  double* phase = nullptr;  // [n] elements: T_{s+1,s} = phase_s |T_{s+1,s}|, s counted from the start
};

// A reflector H = 1 - tau x x*.
template <class F>
struct Reflector {
  V tau;                // 2 / |x|^2, or 0 for the identity
  V length;             // of the vector that was eliminated
  typename F::T phase;  // H maps it to -phase * length
};

// first: first element of a vector of squared length sigma, changed so that the vector becomes the reflector.
// Max error: 1e-15 times the vector's length. Valid range: sigma = 0, or from 1e-150 to 1e150.
template <class F>
HWY_INLINE Reflector<F> make_reflector(V sigma, double* first) {
  Reflector<F> r;
  const typename F::T x0 = F::get(first);
  // Squares below this are zero: elements so much smaller than any that matters that H may be the identity.
  // tau^2 must not overflow.
  const V tiny = set(1e-150);
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

// Element (i, j) with the pending updates 0 .. kPairs - 1, from its value and theirs in row i and column j.
template <class F, int kPairs>
HWY_INLINE typename F::T updated(typename F::T e, const typename F::T* ui, const typename F::T* wi,
                                 const typename F::T* uj, const typename F::T* wj) {
  EUPHONIC_UNROLL
  for (int a = 0; a < kPairs; ++a) e = F::sub_mul_conj(F::sub_mul_conj(e, ui[a], wj[a]), wi[a], uj[a]);
  return e;
}

// The pending updates in one row.
template <class F, int kPairs>
struct PairRow {
  typename F::T u[std::max(kPairs, 1)], w[std::max(kPairs, 1)];
  HWY_INLINE PairRow() = default;
  HWY_INLINE PairRow(const ReduceScratch<F>& s, int i) {
    EUPHONIC_UNROLL
    for (int a = 0; a < kPairs; ++a) {
      u[a] = F::get(s.u(i, a));
      w[a] = F::get(s.w(i, a));
    }
  }
};

// For columns j .. j + kCount of the lower triangle and rows first .. last: makes the kPairs pending updates
// of A and adds A x (both triangles) to p. Rows from j on that belong to the triangle on the diagonal are in
// if kDiagonal; then first is j.
template <class F, int kPairs, int kCount, bool kDiagonal>
HWY_INLINE void update_columns(int n, int j, int first, int last, double* a, const ReduceScratch<F>& s) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  PairRow<F, kPairs> cj[kCount];
  T xj[kCount], pj[kCount];
  double* column[kCount];
  EUPHONIC_UNROLL
  for (int k = 0; k < kCount; ++k) {
    cj[k] = PairRow<F, kPairs>(s, j + k);
    xj[k] = F::get(s.x(j + k));
    pj[k] = F::get(s.p(j + k));
    column[k] = a + W * (packed(n, 0, j + k));
  }
  if constexpr (kDiagonal) {
    EUPHONIC_UNROLL
    for (int k = 0; k < kCount; ++k) {
      for (int i = k; i < kCount; ++i) {
        double* at = column[k] + (j + i) * W;
        T e = updated<F, kPairs>(F::get(at), cj[i].u, cj[i].w, cj[k].u, cj[k].w);
        if (i == k) {
          e = F::real(e);
          pj[k] = F::add(pj[k], F::scale(xj[k], F::re(e)));
        } else {
          pj[i] = F::add_mul(pj[i], e, xj[k]);
          pj[k] = F::add_conj_mul(pj[k], e, xj[i]);
        }
        if constexpr (kPairs > 0) F::put(e, at);
      }
    }
    first += kCount;
  }
  for (int i = first; i < last; ++i) {
    const PairRow<F, kPairs> ci(s, i);
    const T xi = F::get(s.x(i));
    T pi = F::get(s.p(i));
    EUPHONIC_UNROLL
    for (int k = 0; k < kCount; ++k) {
      double* at = column[k] + i * W;
      T e = updated<F, kPairs>(F::get(at), ci.u, ci.w, cj[k].u, cj[k].w);
      F::hold(e);
      if constexpr (kPairs > 0) F::put(e, at);
      pi = F::add_mul(pi, e, xj[k]);
      pj[k] = F::add_conj_mul(pj[k], e, xi);
    }
    F::put(pi, s.p(i));
  }
  EUPHONIC_UNROLL
  for (int k = 0; k < kCount; ++k) F::put(pj[k], s.p(j + k));
}

// Makes the pending updates, and the product of the step's reflector with the result, over columns first ..
// n - 1. p starts from zero. Rows are taken in blocks whose scratch stays in the first-level cache while the
// columns go by: in long columns it would take more bandwidth than the matrix.
template <class F, int kPairs>
inline void update_and_multiply(int n, int first, double* a, const ReduceScratch<F>& s) {
  constexpr int kColumns = F::kColumns[kPairs];
  static_assert(F::kRowBlock % kColumns == 0, "columns left of a block of rows come in whole groups");
  constexpr std::size_t kRowBytes = ReduceScratch<F>::kRow * sizeof(double), kCacheBytes = 28 * 1024;
  const int block = (n - first) * kRowBytes <= kCacheBytes ? n : F::kRowBlock;
  for (int begin = first; begin < n; begin += block) {
    const int end = std::min(n, begin + block);
    int j = first;
    for (; j < begin; j += kColumns) update_columns<F, kPairs, kColumns, false>(n, j, begin, end, a, s);
    for (; j + kColumns <= end; j += kColumns) update_columns<F, kPairs, kColumns, true>(n, j, j, end, a, s);
    for (; j < end; ++j) update_columns<F, kPairs, 1, true>(n, j, j, end, a, s);
  }
}

// What the pending updates take from the product p of reflector x, and x* p without that: sums over rows.
template <class F, int kPairs>
struct Overlaps {
  typename F::T ux[std::max(kPairs, 1)], wx[std::max(kPairs, 1)];  // u* x, w* x
  V xp;                                                            // x* p, real

  HWY_INLINE Overlaps() : xp(hn::Zero(d)) {
    EUPHONIC_UNROLL
    for (int k = 0; k < kPairs; ++k) ux[k] = wx[k] = F::zero();
  }
  HWY_INLINE void add_row(const ReduceScratch<F>& s, int i) {
    const PairRow<F, kPairs> c(s, i);
    const typename F::T x = F::get(s.x(i));
    xp = F::add_dot(F::get(s.p(i)), x, xp);
    EUPHONIC_UNROLL
    for (int k = 0; k < kPairs; ++k) {
      ux[k] = F::add_conj_mul(ux[k], c.u[k], x);
      wx[k] = F::add_conj_mul(wx[k], c.w[k], x);
    }
  }
  HWY_INLINE void add(const Overlaps& o) {
    xp = hn::Add(xp, o.xp);
    EUPHONIC_UNROLL
    for (int k = 0; k < kPairs; ++k) {
      ux[k] = F::add(ux[k], o.ux[k]);
      wx[k] = F::add(wx[k], o.wx[k]);
    }
  }
};

// Rows first .. n - 1; by turns into sums of their own, as one chain of multiply-adds would
// take their latency.
template <class F, int kPairs>
HWY_INLINE Overlaps<F, kPairs> overlaps(int n, int first, const ReduceScratch<F>& s) {
  Overlaps<F, kPairs> a, b, c, e;
  int i = first;
  for (; i + 4 <= n; i += 4) {
    a.add_row(s, i);
    b.add_row(s, i + 1);
    c.add_row(s, i + 2);
    e.add_row(s, i + 3);
  }
  for (; i < n; ++i) a.add_row(s, i);
  a.add(b);
  c.add(e);
  a.add(c);
  return a;
}

// From reflector x and the product p of rows first .. n-1, which misses the pending updates 0 .. kPairs - 1,
// to the pending update kPairs: u = x, w = tau p' - tau^2 (x* p' / 2) x, p' the product with all; p = 0. Then
// column `first` as these updates leave it: its diagonal element, the rest into x. Returns the
// rest's squared length.
template <class F, int kPairs>
HWY_INLINE V next_column(int n, int first, V tau, const double* column, const ReduceScratch<F>& s,
                         V* diagonal) {
  using T = typename F::T;
  Overlaps<F, kPairs> o = overlaps<F, kPairs>(n, first, s);
  EUPHONIC_UNROLL
  for (int k = 0; k < kPairs; ++k) o.xp = F::add_dot(F::scale(o.ux[k], set(-2.0)), o.wx[k], o.xp);
  const V half = mul(mul(o.xp, set(-0.5)), mul(tau, tau));
  const auto with_new = [&](int i) HWY_ATTR {
    PairRow<F, kPairs + 1> c;
    T p = F::get(s.p(i));
    EUPHONIC_UNROLL
    for (int k = 0; k < kPairs; ++k) {
      c.u[k] = F::get(s.u(i, k));
      c.w[k] = F::get(s.w(i, k));
      p = F::sub_mul(F::sub_mul(p, c.u[k], o.wx[k]), c.w[k], o.ux[k]);
    }
    c.u[kPairs] = F::get(s.x(i));
    c.w[kPairs] = F::add_scaled(F::scale(p, tau), c.u[kPairs], half);
    return c;
  };
  const PairRow<F, kPairs + 1> ck = with_new(first);
  V sigma = hn::Zero(d);
  for (int i = first; i < n; ++i) {
    const PairRow<F, kPairs + 1> ci = with_new(i);
    F::put(ci.u[kPairs], s.u(i, kPairs));
    F::put(ci.w[kPairs], s.w(i, kPairs));
    F::put(F::zero(), s.p(i));
    const T e = updated<F, kPairs + 1>(F::get(column + i * ReduceScratch<F>::W), ci.u, ci.w, ck.u, ck.w);
    if (i == first) {
      *diagonal = F::re(e);
    } else {
      F::put(e, s.x(i));
      sigma = F::add_norm(e, sigma);
    }
  }
  return sigma;
}

// Calls f with the number of pending updates, 0 .. kMax, as a constant.
template <int kMax, class Function>
HWY_INLINE void with_pairs(int pairs, const Function& f) {
  static_assert(kMax <= 2, "add the cases");
  if (pairs == 0) return f(std::integral_constant<int, 0>());
  if constexpr (kMax >= 1)
    if (pairs == 1) return f(std::integral_constant<int, 1>());
  if constexpr (kMax >= 2) f(std::integral_constant<int, 2>());
}

// Reduces the packed matrix a (destroyed). start: vector to begin with or null. Returns |start|^2.
// Max error of T's eigenvalues: 4e-15 |a| up to n = 66, |a| the Frobenius norm; of |start|^2 and of T's last
// row, which holds start* a start and start* a^2 start: a relative 5e-15. Reflectors and phases undo the
// reduction to 4e-15 |a|.
template <class F>
inline V reduce(int n, double* a, const double* start, double* scratch, const Tridiagonal& out,
                std::size_t lane, const Reflectors& keep, const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const ReduceScratch<F> s{scratch};
  std::fill(scratch, scratch + ReduceScratch<F>::kRow * n, 0.0);
  V length2 = hn::Zero(d), tau = hn::Zero(d);
  if (start != nullptr) {
    for (int i = 0; i < n; ++i) {
      const T x = F::get(start + i * W);
      F::put(x, s.x(i));
      length2 = F::add_norm(x, length2);
    }
    tau = make_reflector<F>(length2, s.x(0)).tau;
    update_and_multiply<F, 0>(n, 0, a, s);
  }
  int pairs = 0;
  for (int k = 0; k < n; ++k) {
    V diagonal = hn::Zero(d), sigma = hn::Zero(d);
    const bool last = k + 1 == n;
    if (last && n > 1) {
      // The last reflector acts on the last two rows: both columns share its update.
      with_pairs<F::kDelay>(pairs, [&](auto count) {
        const PairRow<F, count> c(s, k);
        diagonal = F::re(updated<F, count>(F::get(a + W * packed(n, k, k)), c.u, c.w, c.u, c.w));
      });
    } else {
      with_pairs<F::kDelay - 1>(pairs, [&](auto count) {
        sigma = next_column<F, count>(n, k, tau, a + W * packed(n, 0, k), s, &diagonal);
      });
      ++pairs;
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
      for (int i = k + 1; i < n; ++i) F::put(F::scale(F::get(s.x(i)), root), keep.u + W * packed(n, i, k));
      F::put(F::scale(r.phase, set(-1.0)), keep.phase + k * W);
    }
    const bool in_cache = (n - k) * (n - k) / 2 * W * sizeof(double) <= kFirstLevelBytes;
    if (pairs == F::kDelay || in_cache) {
      with_pairs<F::kDelay>(pairs, [&](auto count) { update_and_multiply<F, count>(n, k + 1, a, s); });
      pairs = 0;
    } else {
      update_and_multiply<F, 0>(n, k + 1, a, s);
    }
    if (is_cancelled(cancelled)) return length2;
  }
  return length2;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
