// What the pool derives from a job and its chunks.
#pragma once

#include <vector>

#include "core/kernel/kernel.h"
#include "core/pool/job.h"

namespace euphonic {

// What the kernel is told of a job. `kernel` refers to the job, to its plan and to the constants beside it.
class JobTables {
 public:
  explicit JobTables(const Job& job);
  JobTables(const JobTables&) = delete;
  JobTables& operator=(const JobTables&) = delete;
  KernelJob kernel;

 private:
  ScatteringTables scattering_;
  DisplacementTables displacements_;
};

// What callers of Pool::submit promise of a job and its chunk.
void assert_consistent(const Job& job, const Chunk& chunk);

// Arrays for the results of `count` q-points. Throws std::bad_alloc.
ChunkResult allocate_results(const Job& job, std::size_t count);

// All points of a chunk, and where their results go. directions: as approach_directions returns them.
KernelRange kernel_range(const Chunk& chunk, const std::vector<double>& directions,
                         const ChunkResult& result);

// Directions of approach [3][count] r.l.u. for the points of a chunk that lie at a zone centre, zeros
// elsewhere and where there is none; empty if no point does. From chunk.directions where given, else from the
// list as Euphonic takes it: next - this; if that is a lattice vector (or there is no next), this -
// previous; if that is one too, none.
std::vector<double> approach_directions(const Chunk& chunk);

}  // namespace euphonic
