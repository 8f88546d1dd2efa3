// Eigenvalues of the tridiagonal matrices of a batch by implicit QL, with the first row of the eigenvectors
// (Golub & Welsch 1969) or all of them. Every lane keeps to its own progress: the result of a lane does not
// depend on its neighbours.
#if defined(EUPHONIC_KERNEL_DIAGONALISE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_DIAGONALISE_INL
#undef EUPHONIC_KERNEL_DIAGONALISE_INL
#else
#define EUPHONIC_KERNEL_DIAGONALISE_INL
#endif

#include <algorithm>

#include "core/kernel/reduce-inl.h"
#include "core/kernel/rotate-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// No lane has been seen to need more than two sweeps per eigenvalue; a matrix with NaN must not
// loop for ever.
constexpr int kMaxSweepsPerEigenvalue = 30;

// Added to pivots: nothing beside any number that matters.
constexpr double kTinyPivot = 1e-150;

// Progress of one vector of lanes.
struct ChainState {
  V l;          // first eigenvalue that is not settled, one for each lane
  V tolerance;  // off-diagonal elements up to this are zero
  V shift;
  V tried;  // row whose eigenvalue has been taken from `known` last
};

// base[kStride * row + lane + k] in lane k, with that lane's row.
template <std::size_t kStride>
HWY_INLINE V gather(const double* base, V row, std::size_t lane) {
  const hn::RebindToSigned<D> di;
  const V at = fma(row, set(kStride), hn::Iota(d, static_cast<double>(lane)));
  return hn::GatherIndex(d, base, hn::ConvertTo(di, at));
}

// Moves each lane past the off-diagonal elements that have become zero, and chooses its next shift: the
// eigenvalue of the leading 2x2 matrix that is nearer to its first element (Wilkinson), or, the first time in
// a row, the eigenvalue itself where it is known ([n][kLanes] or null).
HWY_INLINE void advance(int n, const Tridiagonal& t, const double* known, std::size_t lane, ChainState& s) {
  const V last = set(n - 1.0);
  V off;
  for (;;) {
    const V row = hn::Min(s.l, set(n - 2.0));
    off = gather<kLanes>(t.off, row, lane);
    const M settled = hn::And(hn::Lt(s.l, last), hn::Le(hn::Abs(off), s.tolerance));
    if (hn::AllFalse(d, settled)) break;
    s.l = hn::IfThenElse(settled, hn::Add(s.l, set(1.0)), s.l);
  }
  const M active = hn::Lt(s.l, last);
  const V row = hn::Min(s.l, set(n - 2.0));
  const V d0 = gather<kLanes>(t.diagonal, row, lane);
  const V d1 = gather<kLanes>(t.diagonal, hn::Add(row, set(1.0)), lane);
  const V half = mul(set(0.5), hn::Sub(d1, d0));
  const V e2 = mul(off, off);
  const V square = hn::Max(fma(half, half, e2), set(1e-290));
  const V root = mul(square, rsqrt(square));
  const V step = mul(e2, reciprocal_of(hn::Add(half, hn::CopySign(root, half))));
  V shift = hn::Sub(d0, step);
  if (known != nullptr) {
    shift = hn::IfThenElse(hn::Gt(row, s.tried), gather<kLanes>(known, row, lane), shift);
    s.tried = row;
  }
  s.shift = hn::IfThenElseZero(active, shift);
}

// One QL sweep over rows n-2 .. lmin for kChain vectors of lanes at once, so that their chains of latencies
// overlap. State per vector: p is the pivot, (c, s) the last rotation, z the element of the first row that
// moves up. Lanes whose own l lies above the row are left alone (kMasked: rows where that can happen). keep:
// takes the rotations, [row i][c, s][kN], of a single vector.
template <int kChain, bool kMasked, bool kKeep>
HWY_INLINE void sweep_rows(int from, int to, const Tridiagonal& t, double* z, std::size_t lane,
                           const ChainState* state, V* p, V* h, V* c, V* s, V* carry, double* keep) {
  for (int i = from; i >= to; --i) {
    double* di = t.diagonal + i * kLanes + lane;
    double* ei = t.off + i * kLanes + lane;
    double* zi = z + i * kLanes + lane;
    for (int v = 0; v < kChain; ++v) {
      const V diagonal = load(di + v * kN);
      const V shifted = hn::Sub(diagonal, state[v].shift);
      const V off = load(ei + v * kN);
      const V off2 = mul(off, off);
      const V first = load(zi + v * kN);
      const V pivot = p[v];
      const V r2 = fma(pivot, pivot, off2);
      const V inverse = rsqrt(r2);
      // c d - s (c_before e); never zero, so that a vanishing row gives the identity and not 0/0.
      const V next = fma(inverse, fnma(c[v], off2, mul(pivot, shifted)), set(kTinyPivot));
      const V above = mul(s[v], mul(r2, inverse));
      const V cn = mul(pivot, inverse);
      const V sn = mul(off, inverse);
      // The rotation keeps the trace: what it leaves on the diagonal above is `settled`, plus the shift.
      const V settled = mul(cn, next);
      const V lower = hn::Sub(hn::Add(h[v], diagonal), settled);
      const V zl = fma(sn, first, mul(cn, carry[v]));
      const V zu = fnma(sn, carry[v], mul(cn, first));
      if constexpr (kMasked) {
        const M active = hn::Ge(set(i), state[v].l);
        hn::BlendedStore(lower, active, d, di + kLanes + v * kN);
        hn::BlendedStore(above, active, d, ei + kLanes + v * kN);
        hn::BlendedStore(zl, active, d, zi + kLanes + v * kN);
        // In case this row is the lane's last one.
        hn::BlendedStore(hn::Add(settled, state[v].shift), active, d, di + v * kN);
        hn::BlendedStore(mul(sn, next), active, d, ei + v * kN);
        hn::BlendedStore(zu, active, d, zi + v * kN);
        if constexpr (kKeep) {
          store(hn::IfThenElse(active, cn, set(1.0)), keep + 2 * i * kN);
          store(hn::IfThenElseZero(active, sn), keep + (2 * i + 1) * kN);
        }
      } else {
        store(lower, di + kLanes + v * kN);
        store(above, ei + kLanes + v * kN);
        store(zl, zi + kLanes + v * kN);
        if constexpr (kKeep) {
          store(cn, keep + 2 * i * kN);
          store(sn, keep + (2 * i + 1) * kN);
        }
      }
      p[v] = next;
      h[v] = settled;
      c[v] = cn;
      s[v] = sn;
      carry[v] = zu;
    }
  }
}

// All eigenvectors, [n rows][n columns][kN] in the columns' order of the eigenvalues, and what
// finding them takes.
struct VectorJob {
  double* rows;
  double* sweeps;  // KeptSweeps::scratch(n)
  // [n][kLanes]: the eigenvalues as a diagonalisation without vectors leaves them. With them as shifts about
  // one sweep settles each, half of what it takes to find them.
  const double* known;
};

// Diagonalises kChain vectors of lanes from `lane` on. On return t.diagonal holds the eigenvalues (in no
// order) and z [n][kLanes] the first row of the eigenvectors. vectors (kChain = 1): all rows, or null.
// Returns how many rotations each lane went through, summed over the vectors.
// Max error of eigenvalues, of moments sum z^2 w^k (k <= 2), of residuals T y - w y and of the rows'
// orthonormality: 5e-16 n times T's largest element. A lane's bits do not depend on other lanes; NaN in one
// ends after kMaxSweepsPerEigenvalue n sweeps.
template <int kChain>
inline std::size_t diagonalise(int n, const Tridiagonal& t, double* z, std::size_t lane,
                               const VectorJob* vectors, const std::atomic<bool>* cancelled) {
  for (std::size_t v = 0; v < kChain; ++v) {
    for (int i = 0; i < n; ++i) store(set(i == n - 1 ? 1.0 : 0.0), z + i * kLanes + lane + v * kN);
    store(hn::Zero(d), t.off + (n - 1) * kLanes + lane + v * kN);
  }
  if (vectors != nullptr) {
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        store(set(i + j == n - 1 ? 1.0 : 0.0), vectors->rows + (static_cast<std::size_t>(i) * n + j) * kN);
  }
  std::size_t rotations = 0;
  if (n < 2) return rotations;
  const double* known = vectors != nullptr ? vectors->known : nullptr;
  KeptSweeps kept(n, vectors != nullptr ? vectors->sweeps : nullptr);
  ChainState state[kChain];
  for (int v = 0; v < kChain; ++v) {
    V norm = hn::Zero(d);
    for (int i = 0; i < n; ++i)
      norm = hn::Max(norm, hn::Add(hn::Abs(load(t.diagonal + i * kLanes + lane + v * kN)),
                                   hn::Abs(load(t.off + i * kLanes + lane + v * kN))));
    state[v].tolerance = mul(norm, set(1.1e-16));
    state[v].l = hn::Zero(d);
    state[v].tried = set(-1.0);
  }
  for (int sweep = 0; sweep < kMaxSweepsPerEigenvalue * n; ++sweep) {
    if (is_cancelled(cancelled)) break;
    V low = set(n), high = hn::Zero(d);
    for (int v = 0; v < kChain; ++v) {
      advance(n, t, known, lane + v * kN, state[v]);
      low = hn::Min(low, state[v].l);
      high = hn::Max(high, state[v].l);
    }
    const int lmin = static_cast<int>(hn::GetLane(hn::MinOfLanes(d, low)));
    if (lmin >= n - 1) break;
    rotations += static_cast<std::size_t>(n - 1 - lmin) * kChain;
    const int lmax = std::min(n - 2, static_cast<int>(hn::GetLane(hn::MaxOfLanes(d, high))));
    V p[kChain], h[kChain], c[kChain], s[kChain], carry[kChain];
    for (int v = 0; v < kChain; ++v) {
      h[v] = hn::Sub(load(t.diagonal + (n - 1) * kLanes + lane + v * kN), state[v].shift);
      p[v] = hn::Add(h[v], set(kTinyPivot));
      c[v] = set(1.0);
      s[v] = hn::Zero(d);
      carry[v] = load(z + (n - 1) * kLanes + lane + v * kN);
    }
    if (vectors == nullptr) {
      sweep_rows<kChain, false, false>(n - 2, lmax + 1, t, z, lane, state, p, h, c, s, carry, nullptr);
      sweep_rows<kChain, true, false>(lmax, lmin, t, z, lane, state, p, h, c, s, carry, nullptr);
    } else if constexpr (kChain == 1) {
      sweep_rows<1, false, true>(n - 2, lmax + 1, t, z, lane, state, p, h, c, s, carry, kept.next());
      sweep_rows<1, true, true>(lmax, lmin, t, z, lane, state, p, h, c, s, carry, kept.next());
      kept.add(lmin);
      if (kept.full()) rotate_rows(n, kept, vectors->rows, cancelled);
    }
  }
  if (vectors != nullptr) rotate_rows(n, kept, vectors->rows, cancelled);
  return rotations;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
