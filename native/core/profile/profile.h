// Where the kernel's time goes: ticks of the time-stamp counter and counted operations of each stage.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/kernel/kernel.h"
#include "core/pool/job.h"

namespace euphonic {

struct StageProfile {
  std::string name;
  double median_ticks = 0;  // per q-point, over batches
  double smallest_ticks = 0;
  double operations = 0;  // floating-point operations per q-point, a multiply-add is two
};

struct Profile {
  std::vector<StageProfile> stages;     // those that took part
  double median_ticks = 0;              // per q-point, all stages
  double rotations = 0;                 // QL rotations per q-point
  double ticks_per_second = 0;          // 0 on a machine without a time-stamp counter: ticks are 0 then, too
  double peak_operations_per_tick = 0;  // of multiply-adds on one core, measured
  std::size_t batches = 0, batch_points = 0;
};

// Runs the kernel in the calling thread over q-points [3][count], all full batches at least once and then
// again until `seconds` have passed. Throws std::invalid_argument where `count` is less than a batch.
Profile profile_kernel(const Job& job, const std::vector<double>& qpts, double seconds);

// Floating-point operations of a stage for one q-point, counted from the tables; a multiply-add is two.
// Reciprocal roots and exponentials count as the operations they are made of. `rotations`: of QL, per
// q-point. Not counted: what displacements and mode gradients take beyond eigenvectors, and the line shapes
// of broadened intensities.
double count_operations(const KernelJob& job, int stage, double rotations);

}  // namespace euphonic
