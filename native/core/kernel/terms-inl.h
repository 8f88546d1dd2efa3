// Force-constant terms: X[block] = base + sum_R C_R cos + i S_R sin, a sparse matrix product with
// q-points as columns.
#if defined(EUPHONIC_KERNEL_TERMS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_TERMS_INL
#undef EUPHONIC_KERNEL_TERMS_INL
#else
#define EUPHONIC_KERNEL_TERMS_INL
#endif

#include <algorithm>

#include "core/kernel/points-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

constexpr int kBlockRows = 18;  // room for a block in X: nine real and nine imaginary parts

// x[e] (+)= sum over terms of coefficient[e] * phase; kEntries sums times kVectors vectors stay in registers.
// kRow: doubles from one row of x to the next.
template <int kEntries, int kVectors = kTermVectors, std::size_t kRow = kLanes>
HWY_INLINE void accumulate(const std::uint16_t* index, std::size_t count,
                           const double* HWY_RESTRICT coefficients, const double* HWY_RESTRICT phases,
                           std::size_t phase_stride, double* HWY_RESTRICT x) {
  V sum[kEntries][kVectors];
  for (int e = 0; e < kEntries; ++e)
    for (int v = 0; v < kVectors; ++v) sum[e][v] = load(x + e * kRow + v * kN);
  for (std::size_t k = 0; k < count; ++k) {
    const double* p = phases + index[k] * phase_stride;
    V phase[kVectors];
    for (int v = 0; v < kVectors; ++v) phase[v] = load(p + v * kN);
    for (int e = 0; e < kEntries; ++e) {
      V c = set(coefficients[e]);
      in_register(c);
      for (int v = 0; v < kVectors; ++v) sum[e][v] = fma(c, phase[v], sum[e][v]);
    }
    coefficients += kEntries;
  }
  for (int e = 0; e < kEntries; ++e)
    for (int v = 0; v < kVectors; ++v) store(sum[e][v], x + e * kRow + v * kN);
}

// X is [block][kBlockRows][kLanes]; rows 0-8 take C, rows 9-17 take S, each in the layout of the block's
// kind. first: X begins with the blocks' constants.
// Max error: 2.3e-16 (terms + 1) times the sum of their magnitudes.
inline void add_terms(const Tables& t, const TermChunk& chunk, const double* phases, bool first, double* x,
                      const std::atomic<bool>* cancelled) {
  const std::size_t stride = (t.sines ? 2 : 1) * kLanes;
  for (std::size_t b = 0; b < t.blocks.size(); ++b, x += kBlockRows * kLanes) {
    if (b % kPollInterval == 0 && is_cancelled(cancelled)) return;
    const Block& block = t.blocks[b];
    if (first) {
      for (int e = 0; e < 9; ++e)
        for (std::size_t lane = 0; lane < kLanes; lane += kN)
          store(set(block.base[e]), x + e * kLanes + lane);
      std::fill(x + 9 * kLanes, x + kBlockRows * kLanes, 0.0);
    }
    const std::uint16_t* index = chunk.vector_index.data() + chunk.begin[b];
    const std::size_t count = chunk.begin[b + 1] - chunk.begin[b];
    const double* c = chunk.c.data() + chunk.c_begin[b];
    const double* s = chunk.s.data() + chunk.s_begin[b];
    for (std::size_t lane = 0; lane < kLanes; lane += kTermVectors * kN) {
      const double* cosines = phases + lane;
      switch (block.kind) {
        case BlockKind::full:
          accumulate<9>(index, count, c, cosines, stride, x + lane);
          accumulate<9>(index, count, s, cosines + kLanes, stride, x + 9 * kLanes + lane);
          break;
        case BlockKind::hermitian:
          accumulate<6>(index, count, c, cosines, stride, x + lane);
          accumulate<3>(index, count, s, cosines + kLanes, stride, x + 9 * kLanes + lane);
          break;
        case BlockKind::hermitian_real:
          accumulate<6>(index, count, c, cosines, stride, x + lane);
          break;
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
