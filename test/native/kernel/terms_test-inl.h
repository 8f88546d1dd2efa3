// Tests of core/kernel/terms-inl.h.
#if defined(EUPHONIC_TERMS_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_TERMS_TEST_INL
#undef EUPHONIC_TERMS_TEST_INL
#else
#define EUPHONIC_TERMS_TEST_INL
#endif

#include "core/kernel/terms-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Sums of terms with sample(2 vector + sine, lane) for phases: [lane][block][kBlockRows].
test::Columns SumTerms(const Tables& t) {
  const test::Lanes x(t.blocks.size() * kBlockRows * kLanes);
  bool first = true;
  for (const TermChunk& chunk : t.chunks) {
    const std::size_t parts = t.sines ? 2 : 1;
    const test::Lanes phases(parts * chunk.n_vectors * kLanes);
    for (std::size_t r = 0; r < parts * chunk.n_vectors; ++r)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        phases[r * kLanes + lane] = test::sample(2 * (chunk.first_vector + r / parts) + r % parts, lane);
    add_terms(t, chunk, phases.get(), first, x.get(), nullptr);
    first = false;
  }
  return x.columns(kLanes, kLanes);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(SumTerms);

namespace test {
namespace {

// Element e of a block, cosines (e < 9) or sines (e - 9): its sum, and the sum of magnitudes.
struct TermSum {
  Long value = 0, magnitude = 0;
  std::size_t count = 0;
};

TermSum term_sum(const Tables& t, std::size_t block, int e, std::size_t lane) {
  const bool full = t.blocks[block].kind == BlockKind::full;
  const int cosines = full ? 9 : 6, sines = full ? 9 : t.blocks[block].kind == BlockKind::hermitian ? 3 : 0;
  TermSum sum;
  sum.magnitude = std::numeric_limits<double>::min();
  if (e < 9 ? e >= cosines : e - 9 >= sines) return sum;
  if (e < 9) sum.value = t.blocks[block].base[e];
  sum.magnitude += std::abs(sum.value);
  for (const TermChunk& chunk : t.chunks) {
    for (std::uint32_t k = chunk.begin[block]; k < chunk.begin[block + 1]; ++k, ++sum.count) {
      const std::uint32_t at = k - chunk.begin[block];
      const double c = e < 9 ? chunk.c[chunk.c_begin[block] + cosines * at + e]
                             : chunk.s[chunk.s_begin[block] + sines * at + e - 9];
      const Long term =
          Long(c) * sample(2 * (chunk.first_vector + chunk.vector_index[k]) + (e < 9 ? 0 : 1), lane);
      sum.value += term;
      sum.magnitude += std::abs(term);
    }
  }
  return sum;
}

TEST_CASE("kernel: sums of terms", "[core][kernel]") {
  for (const char* name :
       {"triclinic", "monatomic, 12 x 12 x 12 cells", "inversion, pairs and self-images"}) {
    INFO(name);
    const auto plan = plan_of(make_crystal(recipe(name)));
    const Tables& t = plan->tables();
    for_every_target([&] {
      const Columns x = HWY_DYNAMIC_DISPATCH(SumTerms)(t);
      Worst worst;
      for (std::size_t lane = 0; lane < x.size(); ++lane) {
        for (std::size_t row = 0; row < x[lane].size(); ++row) {
          const TermSum sum = term_sum(t, row / 18, static_cast<int>(row % 18), lane);
          worst.add(std::abs(x[lane][row] - sum.value) / (sum.magnitude * (sum.count + 1)));
        }
      }
      CHECK(worst.value() < 2.3e-16);
    });
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
