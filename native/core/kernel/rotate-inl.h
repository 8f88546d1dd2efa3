// The rotations of QL sweeps, applied to the rows of the eigenvector matrix.
//
// A sweep turns neighbouring columns from the last pair to the first, in every row alike: four operations for
// an element that is read and written. So sweeps are collected and then applied to a few rows at a time,
// which stay in the first-level cache meanwhile, and by twos: the second sweep follows one column behind the
// first, so that an element is read and written once for both (cf. Van Zee, van de Geijn & Quintana-Orti, ACM
// TOMS 40, 18 (2014)).
#if defined(EUPHONIC_KERNEL_ROTATE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_ROTATE_INL
#undef EUPHONIC_KERNEL_ROTATE_INL
#else
#define EUPHONIC_KERNEL_ROTATE_INL
#endif

#include <algorithm>
#include <atomic>

#include "core/kernel/assemble-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Rows at a time: their two carried elements and the constants of two rotations fill the registers.
#if HWY_TARGET <= HWY_AVX3
constexpr int kRotatedRows = 8;
#else
constexpr int kRotatedRows = 4;
#endif

// Sweeps that have yet to be applied.
class KeptSweeps {
 public:
  // They are read once for every group of rows: room in the second-level cache, beside the rows.
  static constexpr std::size_t kBytes = 256 * 1024;
  static constexpr int kMost = 64;

  // An even number of them.
  static int capacity(int n) {
    const int fitting = static_cast<int>(kBytes / (sizeof(double) * sweep_size(n)));
    return std::clamp(fitting / 2 * 2, 2, kMost);
  }
  static std::size_t scratch(int n) { return static_cast<std::size_t>(capacity(n)) * sweep_size(n); }

  KeptSweeps(int n, double* base) : n_(n), capacity_(capacity(n)), base_(base) {}

  // Where the next sweep's rotations go: [row][c, s][kN].
  double* next() const { return sweep(count_); }
  bool full() const { return count_ == capacity_; }
  bool empty() const { return count_ == 0; }
  void clear() { count_ = 0; }

  // The sweep in next() covers rows n-2 .. to, where `to` never becomes less from sweep to sweep.
  void add(int to) {
    if (count_ % 2 == 1) fill_identity(sweep(count_), to_[count_ - 1], to);
    to_[count_++] = to;
  }
  // Completes the last pair.
  void close() {
    if (count_ % 2 == 0) return;
    fill_identity(sweep(count_), to_[count_ - 1], n_ - 1);
    ++count_;
  }

  int count() const { return count_; }
  int to(int pair) const { return to_[2 * pair]; }
  const double* sweep_of(int k) const { return sweep(k); }

 private:
  static std::size_t sweep_size(int n) { return 2 * static_cast<std::size_t>(n) * kN; }
  double* sweep(int k) const { return base_ + k * sweep_size(n_); }
  static void fill_identity(double* cs, int from, int end) {
    for (int i = from; i < end; ++i) {
      store(set(1.0), cs + 2 * i * kN);
      store(hn::Zero(d), cs + (2 * i + 1) * kN);
    }
  }

  int n_, capacity_, count_ = 0;
  int to_[kMost];
  double* base_;
};

template <int kRows>
HWY_INLINE void rotate_some(int n, const KeptSweeps& kept, double* rows) {
  const std::size_t stride = static_cast<std::size_t>(n) * kN;
  for (int pair = 0; 2 * pair < kept.count(); ++pair) {
    const double* a = kept.sweep_of(2 * pair);
    const double* b = kept.sweep_of(2 * pair + 1);
    const int to = kept.to(pair);
    V first[kRows], second[kRows];  // what either sweep carries on to the next column
    {
      const V c = load(a + 2 * (n - 2) * kN), s = load(a + (2 * (n - 2) + 1) * kN);
      EUPHONIC_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const double* at = rows + r * stride + (n - 2) * kN;
        const V x = load(at), last = load(at + kN);
        second[r] = fma(s, x, mul(c, last));
        first[r] = fnma(s, last, mul(c, x));
      }
    }
    for (int i = n - 3; i >= to; --i) {
      const V ca = load(a + 2 * i * kN), sa = load(a + (2 * i + 1) * kN);
      const V cb = load(b + 2 * (i + 1) * kN), sb = load(b + (2 * (i + 1) + 1) * kN);
      EUPHONIC_UNROLL
      for (int r = 0; r < kRows; ++r) {
        double* at = rows + r * stride + i * kN;
        const V x = load(at);
        const V done = fma(sa, x, mul(ca, first[r]));
        first[r] = fnma(sa, first[r], mul(ca, x));
        store(fma(sb, done, mul(cb, second[r])), at + 2 * kN);
        second[r] = fnma(sb, second[r], mul(cb, done));
      }
    }
    const V c = load(b + 2 * to * kN), s = load(b + (2 * to + 1) * kN);
    EUPHONIC_UNROLL
    for (int r = 0; r < kRows; ++r) {
      double* at = rows + r * stride + to * kN;
      store(fma(s, first[r], mul(c, second[r])), at + kN);
      store(fnma(s, second[r], mul(c, first[r])), at);
    }
  }
}

// Applies what is kept to the matrix [n rows][n columns][kN], and forgets it.
// Max error: 3e-16 (sweeps + 1) times the length of a row.
inline void rotate_rows(int n, KeptSweeps& kept, double* rows, const std::atomic<bool>* cancelled) {
  kept.close();
  if (kept.empty()) return;
  const auto row = [&](int r) { return rows + static_cast<std::size_t>(r) * n * kN; };
  int r = 0;
  for (; r + kRotatedRows <= n; r += kRotatedRows) {
    if (is_cancelled(cancelled)) return;
    rotate_some<kRotatedRows>(n, kept, row(r));
  }
  for (; r + 2 <= n; r += 2) rotate_some<2>(n, kept, row(r));
  if (r < n) rotate_some<1>(n, kept, row(r));
  kept.clear();
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
