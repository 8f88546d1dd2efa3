// From a band matrix to a tridiagonal one (Schwarz 1968, Lang 1993): a reflector of kBand rows takes a column
// to tridiagonal form, further ones chase the bulge that it makes below the band down to the end.
#if defined(EUPHONIC_KERNEL_CHASE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_CHASE_INL
#undef EUPHONIC_KERNEL_CHASE_INL
#else
#define EUPHONIC_KERNEL_CHASE_INL
#endif

#include "core/kernel/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Off-diagonals of the band. More would spare traffic between the caches, and cost in the chase, which takes
// 3 kBand n^2 multiply-adds beside the 2/3 n^3 of the first stage.
constexpr int kBand = 4;

// Lower triangle of a band matrix, column by column: kBand off-diagonals, and room for the bulges. Beyond its
// end are zeros, so that no block needs to be cut.
template <class F>
class Band {
 public:
  static constexpr std::size_t W = F::kWidth * kN;
  static constexpr std::size_t kColumn = 2 * kBand;
  static std::size_t size(int n) { return (static_cast<std::size_t>(n) + 2 * kBand) * kColumn * W; }

  Band(int n, double* memory) : n_(n), memory_(memory) {}
  int n() const { return n_; }
  // Element (row, col), col <= row < col + 2 kBand.
  HWY_INLINE double* at(int row, int col) const { return memory_ + (kColumn * col + (row - col)) * W; }

  // The band of a packed matrix.
  void take(const double* a) const {
    std::fill(memory_, memory_ + size(n_), 0.0);
    for (int j = 0; j < n_; ++j) {
      const double* from = a + W * packed(n_, j, j);
      std::copy(from, from + std::min(kBand + 1, n_ - j) * W, at(j, j));
    }
  }

 private:
  int n_;
  double* memory_;
};

// H = 1 - tau x x* of kBand rows.
template <class F>
struct ShortReflector {
  V tau;
  typename F::T x[kBand];
};

// Makes the reflector that takes elements (row .. row + kBand, col) to the first axis, and does that. Returns
// their length.
template <class F>
HWY_INLINE V eliminate(const Band<F>& band, int row, int col, ShortReflector<F>* h) {
  V sigma = hn::Zero(d);
  EUPHONIC_UNROLL
  for (int k = 0; k < kBand; ++k) {
    h->x[k] = F::get(band.at(row + k, col));
    sigma = F::add_norm(h->x[k], sigma);
  }
  HWY_ALIGN double head[Band<F>::W];
  F::put(h->x[0], head);
  const Reflector<F> r = make_reflector<F>(sigma, head);
  h->x[0] = F::get(head);
  h->tau = r.tau;
  F::put(F::scale(r.phase, hn::Neg(r.length)), band.at(row, col));
  EUPHONIC_UNROLL
  for (int k = 1; k < kBand; ++k) F::put(F::zero(), band.at(row + k, col));
  return r.length;
}

// H D H, D the block of rows and columns r .. r + kBand.
template <class F>
HWY_INLINE void turn_diagonal(const Band<F>& band, int r, const ShortReflector<F>& h) {
  using T = typename F::T;
  T y[kBand];
  EUPHONIC_UNROLL
  for (int k = 0; k < kBand; ++k) y[k] = F::scale(h.x[k], F::re(F::get(band.at(r + k, r + k))));
  EUPHONIC_UNROLL
  for (int j = 0; j < kBand; ++j) {
    EUPHONIC_UNROLL
    for (int i = j + 1; i < kBand; ++i) {
      const T e = F::get(band.at(r + i, r + j));
      y[i] = F::add_mul(y[i], e, h.x[j]);
      y[j] = F::add_conj_mul(y[j], e, h.x[i]);
    }
  }
  V xy = hn::Zero(d);
  EUPHONIC_UNROLL
  for (int k = 0; k < kBand; ++k) xy = F::add_dot(h.x[k], y[k], xy);
  const V half = mul(mul(xy, set(-0.5)), mul(h.tau, h.tau));
  EUPHONIC_UNROLL
  for (int k = 0; k < kBand; ++k) y[k] = F::add_scaled(F::scale(y[k], h.tau), h.x[k], half);
  EUPHONIC_UNROLL
  for (int j = 0; j < kBand; ++j) {
    EUPHONIC_UNROLL
    for (int i = j; i < kBand; ++i) {
      double* at = band.at(r + i, r + j);
      T e = F::sub_mul_conj(F::sub_mul_conj(F::get(at), h.x[i], y[j]), y[i], h.x[j]);
      F::put(i == j ? F::real(e) : e, at);
    }
  }
}

// The block below that: H from the right; from the left the reflector of its first column, which becomes h.
template <class F>
HWY_INLINE void turn_below(const Band<F>& band, int r, ShortReflector<F>* h) {
  using T = typename F::T;
  T z[kBand];
  EUPHONIC_UNROLL
  for (int i = 0; i < kBand; ++i) z[i] = F::zero();
  EUPHONIC_UNROLL
  for (int j = 0; j < kBand; ++j) {
    EUPHONIC_UNROLL
    for (int i = 0; i < kBand; ++i) z[i] = F::add_mul(z[i], F::get(band.at(r + kBand + i, r + j)), h->x[j]);
  }
  EUPHONIC_UNROLL
  for (int i = 0; i < kBand; ++i) {
    z[i] = F::scale(z[i], h->tau);
    double* at = band.at(r + kBand + i, r);
    F::put(F::sub_mul_conj(F::get(at), z[i], h->x[0]), at);
  }
  ShortReflector<F> next;
  eliminate(band, r + kBand, r, &next);
  EUPHONIC_UNROLL
  for (int j = 1; j < kBand; ++j) {
    T e[kBand], dot = F::zero();
    EUPHONIC_UNROLL
    for (int i = 0; i < kBand; ++i) {
      e[i] = F::sub_mul_conj(F::get(band.at(r + kBand + i, r + j)), z[i], h->x[j]);
      dot = F::add_conj_mul(dot, next.x[i], e[i]);
    }
    dot = F::scale(dot, next.tau);
    EUPHONIC_UNROLL
    for (int i = 0; i < kBand; ++i) F::put(F::sub_mul(e[i], next.x[i], dot), band.at(r + kBand + i, r + j));
  }
  *h = next;
}

// Reduces the band matrix (destroyed).
// Max error of T's eigenvalues: 4e-15 times the Frobenius norm, up to n = 40.
template <class F>
inline void chase(const Band<F>& band, const Tridiagonal& out, std::size_t lane,
                  const std::atomic<bool>* cancelled) {
  const int n = band.n();
  for (int k = 0; k < n; ++k) {
    store(F::re(F::get(band.at(k, k))), out.diagonal + (n - 1 - k) * kLanes + lane);
    if (k + 1 == n) return;
    ShortReflector<F> h;
    store(eliminate(band, k + 1, k, &h), out.off + (n - 2 - k) * kLanes + lane);
    for (int r = k + 1; r < n; r += kBand) {
      turn_diagonal(band, r, h);
      if (r + kBand < n) turn_below(band, r, &h);
    }
    if (is_cancelled(cancelled)) return;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
