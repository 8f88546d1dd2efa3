// Tests of core/kernel/band-inl.h.
#if defined(EUPHONIC_BAND_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_BAND_TEST_INL
#undef EUPHONIC_BAND_TEST_INL
#else
#define EUPHONIC_BAND_TEST_INL
#endif

#include "core/kernel/band-inl.h"
#include "kernel/reduce_test-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

template <class F>
test::Reductions reduce_all_by_band(const test::Matrices& m) {
  const std::size_t n = m.n, count = std::min(kN, m.packed.size());
  const test::Lanes a(m.packed, kN), start(m.start.empty() ? m.packed : m.start, kN);
  const test::Lanes scratch(n * BandScratch<F>::kRow), band(Band<F>::size(m.n)), diagonal(n * kLanes),
      off(n * kLanes), length2(kN);
  const Tridiagonal out{diagonal.get(), off.get()};
  store(reduce_by_band<F>(m.n, a.get(), m.start.empty() ? nullptr : start.get(), scratch.get(), band.get(),
                          out, 0, nullptr),
        length2.get());
  return {diagonal.columns(kLanes, count), off.columns(kLanes, count), length2.columns(kN, count), {}, {}};
}

test::Reductions ReduceAllByBand(const test::Matrices& m) {
  return m.real ? reduce_all_by_band<RealField>(m) : reduce_all_by_band<ComplexField>(m);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/matrices.h"

namespace euphonic {

HWY_EXPORT(ReduceAllByBand);

namespace test {
namespace {

TEST_CASE("kernel: reduction to tridiagonal form in two stages", "[core][kernel]") {
  check_reduction([](const Matrices& m) { return HWY_DYNAMIC_DISPATCH(ReduceAllByBand)(m); });
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
