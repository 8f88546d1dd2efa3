// What the pool derives from a job and its chunks.
#pragma once

#include <vector>

#include "core/kernel/kernel.h"
#include "core/plan/plan_parts.h"
#include "core/pool/job.h"

namespace euphonic {

// The tables that a job runs on and its scattering constants.
struct JobTables {
  explicit JobTables(const Job& job);
  const Tables* tables = nullptr;
  ScatteringTables scattering;
  DisplacementTables displacements;
};

// Directions of approach [3][count] r.l.u. for the points of a chunk that lie at a zone centre, zeros
// elsewhere and where there is none; empty if no point does. From chunk.directions where given, else from the
// list as the incumbent takes it: next - this; if that is a lattice vector (or there is no next), this -
// previous; if that is one too, none.
std::vector<double> approach_directions(const Chunk& chunk);

}  // namespace euphonic
