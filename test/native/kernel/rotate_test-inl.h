// Tests of core/kernel/rotate-inl.h.
#if defined(EUPHONIC_ROTATE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_ROTATE_TEST_INL
#undef EUPHONIC_ROTATE_TEST_INL
#else
#define EUPHONIC_ROTATE_TEST_INL
#endif

#include "core/kernel/rotate-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Turns the columns of matrices [n][n] by sweeps; sweep s covers rows n - 2 .. to[s] by the angles
// sample(1000 s + row, lane).
test::Columns RotateRows(int n, const std::vector<int>& to, const test::Columns& matrices) {
  const test::Lanes rows(matrices, kN), memory(KeptSweeps::scratch(n));
  KeptSweeps kept(n, memory.get());
  for (std::size_t s = 0; s < to.size(); ++s) {
    double* cs = kept.next();
    for (int i = n - 2; i >= to[s]; --i) {
      for (std::size_t lane = 0; lane < kN; ++lane) {
        cs[2 * i * kN + lane] = std::cos(test::sample(1000 * s + i, lane));
        cs[(2 * i + 1) * kN + lane] = std::sin(test::sample(1000 * s + i, lane));
      }
    }
    kept.add(to[s]);
    if (kept.full()) rotate_rows(n, kept, rows.get(), nullptr);
  }
  rotate_rows(n, kept, rows.get(), nullptr);
  return rows.columns(kN, std::min(kN, matrices.size()));
}

int KeptCapacity(int n) { return KeptSweeps::capacity(n); }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(RotateRows);
HWY_EXPORT(KeptCapacity);

namespace test {
namespace {

TEST_CASE("kernel: sweeps of rotations, collected and applied by twos", "[core][kernel]") {
  for (int n : {2, 3, 4, 7, 12, 19}) {
    for (std::size_t sweeps : {0, 1, 2, 5, 130}) {
      INFO("n = " << n << ", " << sweeps << " sweeps");
      // The end of a sweep never becomes less.
      std::vector<int> to;
      for (std::size_t s = 0; s < sweeps; ++s) to.push_back(static_cast<int>(s * (n - 1) / (sweeps + 1)));
      Numbers numbers(n);
      Columns matrices;
      for (int k = 0; k < 8; ++k) matrices.push_back(numbers.list(n * n, -1, 1));
      for_every_target([&] {
        CHECK(HWY_DYNAMIC_DISPATCH(KeptCapacity)(n) % 2 == 0);
        CHECK(HWY_DYNAMIC_DISPATCH(KeptCapacity)(n) >= 2);
        const Columns found = HWY_DYNAMIC_DISPATCH(RotateRows)(n, to, matrices);
        Worst worst;
        for (std::size_t k = 0; k < found.size(); ++k) {
          std::vector<Long> exact(matrices[k].begin(), matrices[k].end());
          for (std::size_t s = 0; s < sweeps; ++s) {
            for (int i = n - 2; i >= to[s]; --i) {
              const Long c = std::cos(sample(1000 * s + i, k)), sine = std::sin(sample(1000 * s + i, k));
              for (int r = 0; r < n; ++r) {
                const Long x = exact[r * n + i], y = exact[r * n + i + 1];
                exact[r * n + i + 1] = sine * x + c * y;
                exact[r * n + i] = c * x - sine * y;
              }
            }
          }
          for (std::size_t e = 0; e < exact.size(); ++e)
            worst.add(std::abs(found[k][e] - exact[e]) / (1 + sweeps) / std::sqrt(Long(n)));
        }
        CHECK(worst.value() < 3e-16);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
