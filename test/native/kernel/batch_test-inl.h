// Tests of core/kernel/batch-inl.h.
#if defined(EUPHONIC_BATCH_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_BATCH_TEST_INL
#undef EUPHONIC_BATCH_TEST_INL
#else
#define EUPHONIC_BATCH_TEST_INL
#endif

#include "core/kernel/batch-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// How points [first, first + count) are dealt to vectors of lanes: for each the first point, and how many.
std::vector<std::array<std::size_t, 2>> DealPoints(const KernelJob& job, KernelRange& range,
                                                   std::size_t first, std::size_t count,
                                                   std::vector<double>& loaded) {
  Workspace workspace;
  Batch batch(job, range, first, count, workspace);
  load_points(batch);
  loaded.assign(batch.s.points.q, batch.s.points.q + kLanes);
  std::vector<std::array<std::size_t, 2>> out;
  for (std::size_t v = 0; v < batch.vectors(); ++v)
    out.push_back(
        {static_cast<std::size_t>(batch.result(range.frequencies, v) - range.frequencies), batch.points(v)});
  return out;
}

std::size_t LanesOfBatch() { return kLanes; }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(DealPoints);
HWY_EXPORT(LanesOfBatch);

namespace test {
namespace {

TEST_CASE("kernel: the points of a batch go to vectors of lanes in order", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("triclinic")));
  KernelJob job;
  job.tables = &plan->tables();
  for_every_target([&] {
    const std::size_t lanes = HWY_DYNAMIC_DISPATCH(LanesOfBatch)(), first = 3;
    CHECK(lanes == static_cast<std::size_t>(batch_points()));
    for (std::size_t count = 1; count <= lanes; ++count) {
      KernelRange range;
      range.stride = first + count + 2;
      std::vector<double> qpts(3 * range.stride), frequencies(job.tables->n * range.stride), loaded;
      for (std::size_t k = 0; k < qpts.size(); ++k) qpts[k] = static_cast<double>(k);
      range.qpts = qpts.data();
      range.frequencies = frequencies.data();
      std::size_t next = first;
      for (const auto& [begin, points] : HWY_DYNAMIC_DISPATCH(DealPoints)(job, range, first, count, loaded)) {
        CHECK(begin == next);
        CHECK(points >= 1);
        next += points;
      }
      CHECK(next == first + count);
      for (std::size_t k = 0; k < lanes; ++k) CHECK(loaded[k] == double(first + std::min(k, count - 1)));
    }
  });
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
