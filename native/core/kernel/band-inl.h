// Householder reduction of matrices that are larger than the caches, in two stages (Bischof, Lang & Sun
// 2000): to a band of kBand off-diagonals, and from there to tridiagonal form (chase-inl.h). The reduction in
// one stage goes through the matrix once for each column, this one once for kBand columns: the reflectors of
// a panel of columns are known before the first of their products with the rest of the matrix is taken.
//
// As in one stage, the first reflector takes the starting vector to the first axis, and no
// other touches that.
#if defined(EUPHONIC_KERNEL_BAND_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_BAND_INL
#undef EUPHONIC_KERNEL_BAND_INL
#else
#define EUPHONIC_KERNEL_BAND_INL
#endif

#include "core/kernel/chase-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Scratch, [n] rows: kBand pending updates D -= u w* + w u*, the reflectors x of a panel and their products p
// with D. The pad lets rows begin at different offsets within a page (see ReduceScratch).
template <class F>
struct BandScratch {
  static constexpr std::size_t W = F::kWidth * kN;
  static constexpr std::size_t kRow = (4 * kBand + 1) * W;
  double* base;
  HWY_INLINE double* row(int i) const { return base + kRow * i; }
  HWY_INLINE double* u(int i, int k) const { return row(i) + k * W; }
  HWY_INLINE double* w(int i, int k) const { return row(i) + (kBand + k) * W; }
  HWY_INLINE double* x(int i, int k) const { return row(i) + (2 * kBand + k) * W; }
  HWY_INLINE double* p(int i, int k) const { return row(i) + (3 * kBand + k) * W; }
};

// A tile of the matrix stays in registers while all updates and products go over it.
constexpr int kTileColumns = 4;
template <class F>
constexpr int kTileRows = F::kWidth == 2 ? 2 : 4;

// Rows whose scratch stays in the second-level cache while the columns go by.
constexpr int kPassRows = 512;
static_assert(kPassRows % kTileColumns == 0, "columns left of a block of rows come in whole tiles");

// The tile of elements (i, j) and following, all below the diagonal: makes kPairs pending updates, and adds
// their part, and that of their mirror images, to the products with kProducts reflectors.
template <class F, int kPairs, int kProducts>
HWY_INLINE void pass_tile(int i, int j, double* const* column, const BandScratch<F>& s) {
  using T = typename F::T;
  constexpr std::size_t W = F::kWidth * kN;
  constexpr int kRows = kTileRows<F>, kColumns = kTileColumns;
  T e[kRows][kColumns];
  EUPHONIC_UNROLL
  for (int r = 0; r < kRows; ++r) {
    EUPHONIC_UNROLL
    for (int c = 0; c < kColumns; ++c) e[r][c] = F::get(column[c] + (i + r) * W);
  }
  EUPHONIC_UNROLL
  for (int k = 0; k < kPairs; ++k) {
    T u[kRows], w[kRows];
    EUPHONIC_UNROLL
    for (int r = 0; r < kRows; ++r) {
      u[r] = F::get(s.u(i + r, k));
      w[r] = F::get(s.w(i + r, k));
    }
    EUPHONIC_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      const T uj = F::get(s.u(j + c, k)), wj = F::get(s.w(j + c, k));
      EUPHONIC_UNROLL
      for (int r = 0; r < kRows; ++r) e[r][c] = F::sub_mul_conj(F::sub_mul_conj(e[r][c], u[r], wj), w[r], uj);
    }
  }
  if constexpr (kPairs > 0) {
    EUPHONIC_UNROLL
    for (int r = 0; r < kRows; ++r) {
      EUPHONIC_UNROLL
      for (int c = 0; c < kColumns; ++c) {
        F::hold(e[r][c]);
        F::put(e[r][c], column[c] + (i + r) * W);
      }
    }
  }
  EUPHONIC_UNROLL
  for (int k = 0; k < kProducts; ++k) {
    T x[kRows], p[kRows];
    EUPHONIC_UNROLL
    for (int r = 0; r < kRows; ++r) {
      x[r] = F::get(s.x(i + r, k));
      p[r] = F::get(s.p(i + r, k));
    }
    EUPHONIC_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      const T xj = F::get(s.x(j + c, k));
      T pj = F::get(s.p(j + c, k));
      EUPHONIC_UNROLL
      for (int r = 0; r < kRows; ++r) {
        p[r] = F::add_mul(p[r], e[r][c], xj);
        pj = F::add_conj_mul(pj, e[r][c], x[r]);
      }
      F::put(pj, s.p(j + c, k));
    }
    EUPHONIC_UNROLL
    for (int r = 0; r < kRows; ++r) F::put(p[r], s.p(i + r, k));
  }
}

// The same for one element on the diagonal or below it: few are left over by tiles.
template <class F>
inline void pass_element(int i, int j, int pairs, int products, double* at, const BandScratch<F>& s) {
  using T = typename F::T;
  T e = F::get(at);
  for (int k = 0; k < pairs; ++k)
    e = F::sub_mul_conj(F::sub_mul_conj(e, F::get(s.u(i, k)), F::get(s.w(j, k))), F::get(s.w(i, k)),
                        F::get(s.u(j, k)));
  if (i == j) e = F::real(e);
  F::put(e, at);
  for (int k = 0; k < products; ++k) {
    F::put(F::add_mul(F::get(s.p(i, k)), e, F::get(s.x(j, k))), s.p(i, k));
    if (i != j) F::put(F::add_conj_mul(F::get(s.p(j, k)), e, F::get(s.x(i, k))), s.p(j, k));
  }
}

// The same for columns j .. last and rows begin .. end, those above the diagonal left out; there are
// kTileColumns columns, or fewer at the end of the matrix. The scratch of the columns stays in the
// first-level cache while matrix and rows stream by, in the order of their addresses: blocks of rows that
// stay there, as in one stage, are slower, because prefetchers cannot follow.
template <class F, int kPairs, int kProducts>
HWY_INLINE void pass_columns(int n, int j, int last, int begin, int end, double* a, const BandScratch<F>& s) {
  constexpr std::size_t W = F::kWidth * kN;
  constexpr int kRows = kTileRows<F>;
  const int count = last - j;
  double* column[kTileColumns];
  for (int c = 0; c < count; ++c) column[c] = a + W * packed(n, 0, j + c);
  const auto row = [&](int i) HWY_ATTR {
    for (int c = 0; c < count && j + c <= i; ++c)
      pass_element<F>(i, j + c, kPairs, kProducts, column[c] + i * W, s);
  };
  int i = std::max(begin, j);
  for (; i < std::min(end, last); ++i) row(i);
  if (count == kTileColumns)
    for (; i + kRows <= end; i += kRows) pass_tile<F, kPairs, kProducts>(i, j, column, s);
  for (; i < end; ++i) row(i);
}

// Makes the pending updates of rows and columns first .. n - 1, and adds the products with the panel's
// reflectors to p.
template <class F, int kPairs, int kProducts>
inline void pass(int n, int first, double* a, const BandScratch<F>& s, const std::atomic<bool>* cancelled) {
  for (int begin = first; begin < n; begin += kPassRows) {
    const int end = std::min(n, begin + kPassRows);
    for (int j = first; j < end; j += kTileColumns) {
      pass_columns<F, kPairs, kProducts>(n, j, std::min(end, j + kTileColumns), begin, end, a, s);
      if (is_cancelled(cancelled)) return;
    }
  }
}

// Makes the pending updates of the panel: columns first .. first + kBand.
template <class F>
inline void update_panel(int n, int first, double* a, const BandScratch<F>& s) {
  static_assert(kBand % kTileColumns == 0, "a panel is made of whole tiles");
  for (int j = first; j < first + kBand; j += kTileColumns)
    pass_columns<F, kBand, 0>(n, j, j + kTileColumns, first, n, a, s);
}

// QR of the panel: reflector k takes column first + k to zero below its row first + kBand + k. Leaves the
// reflectors in s.x, zeros above them, and the band in a. tau: [kBand], 0 for no reflector.
template <class F>
inline void factor_panel(int n, int first, double* a, const BandScratch<F>& s, V* tau) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const int top = first + kBand;
  double* column[kBand];
  for (int c = 0; c < kBand; ++c) column[c] = a + W * packed(n, 0, first + c);
  for (int k = 0; k < kBand; ++k) {
    const int head = top + k;
    tau[k] = hn::Zero(d);
    for (int i = top; i < std::min(n, head); ++i) F::put(F::zero(), s.x(i, k));
    if (head == n - 1) F::put(F::zero(), s.x(head, k));
    if (head >= n - 1) continue;  // one element or none: nothing to eliminate

    V sigma = hn::Zero(d), odd = hn::Zero(d);  // in two sums, as one would take the latency of its chain
    int i = head;
    for (; i + 2 <= n; i += 2) {
      sigma = F::add_norm(F::get(column[k] + i * W), sigma);
      odd = F::add_norm(F::get(column[k] + (i + 1) * W), odd);
    }
    if (i < n) sigma = F::add_norm(F::get(column[k] + i * W), sigma);
    double* x0 = column[k] + head * W;
    const Reflector<F> h = make_reflector<F>(hn::Add(sigma, odd), x0);
    tau[k] = h.tau;

    // The reflector's turn of the columns that follow.
    T dot[kBand];
    for (int c = k + 1; c < kBand; ++c) dot[c] = F::zero();
    for (i = head; i < n; ++i) {
      const T x = F::get(column[k] + i * W);
      F::put(x, s.x(i, k));
      for (int c = k + 1; c < kBand; ++c) dot[c] = F::add_conj_mul(dot[c], x, F::get(column[c] + i * W));
    }
    F::put(F::scale(h.phase, hn::Neg(h.length)), x0);
    for (int c = k + 1; c < kBand; ++c) dot[c] = F::scale(dot[c], h.tau);
    for (i = head; i < n; ++i) {
      const T x = F::get(s.x(i, k));
      for (int c = k + 1; c < kBand; ++c) {
        double* at = column[c] + i * W;
        F::put(F::sub_mul(F::get(at), x, dot[c]), at);
      }
    }
  }
}

// From `count` reflectors x, and their products p with the matrix before any of them, to the pending updates
// that make them all: u = x, w = tau p' - tau^2 (x* p' / 2) x, p' the product with the matrix as the
// reflectors before leave it. p = 0 afterwards.
template <class F>
inline void make_pairs(int n, int first, int count, const V* tau, const BandScratch<F>& s) {
  using T = typename F::T;
  for (int k = 0; k < count; ++k) {
    T ux[kBand], wx[kBand];  // u* x, w* x
    V xp = hn::Zero(d);
    for (int c = 0; c < k; ++c) ux[c] = wx[c] = F::zero();
    for (int i = first; i < n; ++i) {
      const T x = F::get(s.x(i, k));
      xp = F::add_dot(F::get(s.p(i, k)), x, xp);
      for (int c = 0; c < k; ++c) {
        ux[c] = F::add_conj_mul(ux[c], F::get(s.u(i, c)), x);
        wx[c] = F::add_conj_mul(wx[c], F::get(s.w(i, c)), x);
      }
    }
    for (int c = 0; c < k; ++c) xp = F::add_dot(F::scale(ux[c], set(-2.0)), wx[c], xp);
    const V half = mul(mul(xp, set(-0.5)), mul(tau[k], tau[k]));
    for (int i = first; i < n; ++i) {
      T p = F::get(s.p(i, k));
      for (int c = 0; c < k; ++c)
        p = F::sub_mul(F::sub_mul(p, F::get(s.u(i, c)), wx[c]), F::get(s.w(i, c)), ux[c]);
      const T x = F::get(s.x(i, k));
      F::put(x, s.u(i, k));
      F::put(F::add_scaled(F::scale(p, tau[k]), x, half), s.w(i, k));
      F::put(F::zero(), s.p(i, k));
    }
  }
}

// Reduces the packed matrix a (destroyed), as `reduce` does without eigenvectors, to the same errors.
// scratch: [n] rows of BandScratch; band: Band<F>::size(n).
template <class F>
inline V reduce_by_band(int n, double* a, const double* start, double* scratch, double* band,
                        const Tridiagonal& out, std::size_t lane, const std::atomic<bool>* cancelled) {
  constexpr std::size_t W = F::kWidth * kN;
  using T = typename F::T;
  const BandScratch<F> s{scratch};
  std::fill(scratch, scratch + BandScratch<F>::kRow * n, 0.0);
  V length2 = hn::Zero(d), tau[kBand];
  if (start != nullptr) {
    for (int i = 0; i < n; ++i) {
      const T x = F::get(start + i * W);
      F::put(x, s.x(i, 0));
      length2 = F::add_norm(x, length2);
    }
    tau[0] = make_reflector<F>(length2, s.x(0, 0)).tau;
    pass<F, 0, 1>(n, 0, a, s, cancelled);
    make_pairs(n, 0, 1, tau, s);
  }
  // Pending updates that have not been made are zero.
  int first = 0;
  for (; first + kBand + 1 < n; first += kBand) {
    update_panel(n, first, a, s);
    factor_panel(n, first, a, s, tau);
    pass<F, kBand, kBand>(n, first + kBand, a, s, cancelled);
    if (is_cancelled(cancelled)) return length2;
    make_pairs(n, first + kBand, kBand, tau, s);
  }
  pass<F, kBand, 0>(n, first, a, s, cancelled);
  const Band<F> rest(n, band);
  rest.take(a);
  chase(rest, out, lane, cancelled);
  return length2;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
