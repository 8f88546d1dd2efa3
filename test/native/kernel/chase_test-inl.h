// Tests of core/kernel/chase-inl.h.
#if defined(EUPHONIC_CHASE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_CHASE_TEST_INL
#undef EUPHONIC_CHASE_TEST_INL
#else
#define EUPHONIC_CHASE_TEST_INL
#endif

#include "core/kernel/chase-inl.h"
#include "kernel/reduce_test-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

template <class F>
test::Reductions chase_all(const test::Matrices& m) {
  const std::size_t n = m.n, count = std::min(kN, m.packed.size());
  const test::Lanes a(m.packed, kN), memory(Band<F>::size(m.n)), diagonal(n * kLanes), off(n * kLanes);
  const Band<F> band(m.n, memory.get());
  band.take(a.get());
  chase(band, Tridiagonal{diagonal.get(), off.get()}, 0, nullptr);
  return {diagonal.columns(kLanes, count), off.columns(kLanes, count), {}, {}, {}};
}

test::Reductions ChaseAll(const test::Matrices& m) {
  return m.real ? chase_all<RealField>(m) : chase_all<ComplexField>(m);
}

int BandWidth() { return kBand; }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/matrices.h"

namespace euphonic {

HWY_EXPORT(ChaseAll);
HWY_EXPORT(BandWidth);

namespace test {
namespace {

TEST_CASE("kernel: from a band to tridiagonal form", "[core][kernel]") {
  const int width = HWY_DYNAMIC_DISPATCH(BandWidth)();
  for (const bool real : {false, true}) {
    for (int n : {1, 2, 3, 4, 5, 6, 8, 9, 13, 40}) {
      Matrices m = random_matrices(n, real, n);
      for (auto& column : m.packed)
        for (int j = 0; j < n; ++j)
          for (int i = j + width + 1; i < n; ++i)
            for (int part = 0; part < (real ? 1 : 2); ++part)
              column[(real ? 1 : 2) * packed_index(n, i, j) + part] = 0;
      INFO((real ? "real" : "complex") << ", n = " << n);
      for_every_target([&] {
        const Reductions found = HWY_DYNAMIC_DISPATCH(ChaseAll)(m);
        Worst worst;
        for (std::size_t k = 0; k < found.diagonal.size(); ++k) worst.add(eigenvalue_error(m, k, found));
        CHECK(worst.value() < 4e-15);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
