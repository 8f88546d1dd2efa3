// Profile of the kernel. The measured peak is compiled once for each SIMD target, like the kernel itself.
#include "core/profile/profile.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "core/kernel/targets.h"
#include "core/platform/ticks.h"
#include "core/pool/job_parts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/profile/profile.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Independent sums: two multiply-add units of latency four or five keep eight to ten of them busy.
constexpr int kPeakSums = 12;

// Runs kPeakSums * rounds multiply-adds of a full vector; returns the operations. `values`: kPeakSums + 2
// different numbers, which the compiler must not know, or it would compute equal sums once.
double MultiplyAdds(int rounds, const double* values, double* result) {
  const hn::ScalableTag<double> d;
  using V = hn::Vec<decltype(d)>;
  V sum[kPeakSums];
  for (int k = 0; k < kPeakSums; ++k) sum[k] = hn::Set(d, values[k]);
  const V a = hn::Set(d, values[kPeakSums]), b = hn::Set(d, values[kPeakSums + 1]);
  for (int r = 0; r < rounds; ++r)
    for (int k = 0; k < kPeakSums; ++k) sum[k] = hn::MulAdd(sum[k], a, b);
  V total = hn::Zero(d);
  for (int k = 0; k < kPeakSums; ++k) total = hn::Add(total, sum[k]);
  *result = hn::GetLane(total);
  return 2.0 * kPeakSums * rounds * hn::Lanes(d);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace euphonic {

HWY_EXPORT(MultiplyAdds);

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The best of many short runs: each is a few microseconds, too short for most interruptions.
double peak_operations_per_tick() {
  constexpr int kRuns = 2000, kRounds = 1000;
  volatile double source[HWY_NAMESPACE::kPeakSums + 2];
  double values[HWY_NAMESPACE::kPeakSums + 2], best = 0;
  for (int k = 0; k < HWY_NAMESPACE::kPeakSums + 2; ++k) {
    source[k] = 0.5 + 0.01 * k;
    values[k] = source[k];
  }
  volatile double sink = 0;
  for (int run = 0; run < kRuns; ++run) {
    double result = 0;
    const unsigned long long begin = ticks();
    const double operations = HWY_DYNAMIC_DISPATCH(MultiplyAdds)(kRounds, values, &result);
    const unsigned long long spent = ticks() - begin;
    sink = sink + result;
    if (spent > 0) best = std::max(best, operations / static_cast<double>(spent));
  }
  return best;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Profile profile_kernel(const Job& job, const std::vector<double>& qpts, double seconds) {
  const std::size_t count = qpts.size() / 3, batch = batch_points();
  if (count < batch)
    throw std::invalid_argument("a profile needs at least " + std::to_string(batch) + " q-points");
  const JobTables tables(job);
  KernelJob kernel = tables.kernel;
  StageCounts counts;
  kernel.counts = &counts;

  Chunk chunk;
  chunk.count = count;
  chunk.qpts = qpts;
  chunk.energies.assign(count, 0.0);  // the time does not depend on them
  const ChunkResult result = allocate_results(job, count);
  const KernelRange all_points = kernel_range(chunk, {}, result);
  Workspace workspace;
  Profile profile;
  std::vector<double> samples[kStages], totals;

  const auto run_batch = [&](std::size_t first) {
    KernelRange range = all_points;
    range.first = first;
    range.count = batch;
    run_kernel(kernel, range, workspace);
  };
  run_batch(0);  // touches the scratch memory
  profile.peak_operations_per_tick = peak_operations_per_tick();
  counts = {};

  const auto begin = Clock::now();
  const unsigned long long first_tick = ticks();
  std::size_t next = 0;
  bool all = false;
  while (!job.cancelled() && !(all && seconds_since(begin) > seconds)) {
    const StageCounts before = counts;
    run_batch(next);
    double total = 0;
    for (int s = 0; s < kStages; ++s) {
      const auto spent = static_cast<double>(counts.ticks[s] - before.ticks[s]) / batch;
      samples[s].push_back(spent);
      total += spent;
    }
    totals.push_back(total);
    next += batch;
    if (next + batch > count) {
      next = 0;
      all = true;
    }
  }
  profile.ticks_per_second = static_cast<double>(ticks() - first_tick) / seconds_since(begin);
  profile.peak_operations_per_tick = std::max(profile.peak_operations_per_tick, peak_operations_per_tick());
  profile.batches = totals.size();
  profile.batch_points = batch;
  if (totals.empty()) return profile;
  profile.median_ticks = median(totals);
  profile.rotations = static_cast<double>(counts.rotations) / (totals.size() * batch);
  for (int s = 0; s < kStages; ++s) {
    StageProfile stage;
    stage.name = stage_name(s);
    stage.operations = count_operations(kernel, s, profile.rotations);
    if (stage.operations == 0) continue;
    stage.median_ticks = median(samples[s]);
    stage.smallest_ticks = *std::min_element(samples[s].begin(), samples[s].end());
    profile.stages.push_back(stage);
  }
  return profile;
}

}  // namespace euphonic
#endif
