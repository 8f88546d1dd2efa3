// From q-points to frequencies, intensities and eigenvectors, on one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "core/kernel/broadening.h"
#include "core/kernel/histogram.h"
#include "core/kernel/workspace.h"
#include "core/plan/tables.h"

namespace euphonic {

// Scattering vectors v_i = amplitude_i exp(-Q.W_i.Q) Q exp(2 pi i n.r_i), Q in 1/bohr.
struct ScatteringTables {
  std::vector<double> amplitude;  // [n_atoms][2] b / sqrt(M), re and im, bohr and electron masses
  std::vector<double>
      debye_waller;  // [n_atoms][6] 00 01 02 11 12 22 bohr^2, off-diagonal elements doubled; empty: none
  double beta = 0;   // 1 / kT in 1/meV; meaningful if thermal
  bool zero_temperature = false;
  bool thermal = false;
  bool negative_e = false;
};

// Where time goes: time-stamp counts of each stage, summed over batches, kept only when asked for.
enum Stage {
  kPhases,
  kTerms,
  kDipole,
  kAssemble,
  kScattering,
  kReduce,
  kDiagonalise,
  kVectors,
  kOutput,
  kStages
};
struct StageCounts {
  unsigned long long ticks[kStages] = {};
  unsigned long long rotations = 0;  // of the QL sweeps, summed over lanes
};
const char* stage_name(int stage);

// Mean-square displacements: per q-point and atom
//   U = 1 / (4 M) sum_modes Re(e e*) / omega coth(omega / 2 kT)   (angstrom^2),
// modes above frequency_min only. Its average over a grid of q-points is the Debye-Waller tensor W of a
// structure factor.
struct DisplacementTables {
  double beta = 0;              // 1 / kT in 1/meV; 0: zero temperature
  double frequency_min = 0.01;  // meV
};

struct KernelJob {
  const Tables* tables = nullptr;
  const ScatteringTables* scattering = nullptr;       // null: no structure factor
  const Broadening* broadening = nullptr;             // with scattering: broadened intensities in its place
  const DisplacementTables* displacements = nullptr;  // null: not asked for
  const Histogram* histogram = nullptr;               // in place of all other results; null: not asked for
  bool eigenvectors = false;
  bool mode_gradients = false;  // on tables of the complex form
  bool splitting = true;
  const std::atomic<bool>* cancelled = nullptr;  // polled inside the stages of large crystals
  StageCounts* counts = nullptr;

  // Whether gradients are needed, be they results or not; on tables of the complex form.
  bool differentiates() const { return mode_gradients || (histogram != nullptr && histogram->q_width != 0); }
  bool needs_vectors() const {
    return eigenvectors || displacements != nullptr || differentiates() ||
           (histogram != nullptr && histogram->shares_per_atom > 0);
  }
};

// Points [first, first + count) of arrays with `stride` points: q [3][stride], results [mode][stride].
struct KernelRange {
  std::size_t first = 0, count = 0, stride = 0;
  const double* qpts = nullptr;
  const double* directions = nullptr;  // [3][stride] r.l.u., zeros: none; null: none at all
  double* frequencies = nullptr;
  double* structure_factors = nullptr;
  double* eigenvectors = nullptr;
  double* mode_gradients = nullptr;  // [3][mode][stride] meV angstrom, Cartesian
  const double* energies = nullptr;  // [stride] meV, with KernelJob::broadening
  double* intensities = nullptr;     // [stride] mbarn / meV per atom
  double* displacements = nullptr;   // [n_atoms][00 01 02 11 12 22][stride]
  const double* weights = nullptr;   // [stride] of points in the histogram; null: 1 each
  double* histogram = nullptr;       // [rows][bins] of all points of the range: added to
  // With KernelJob::broadening, of all points from 0 on, as line_doubles says: what line shapes are made of
  // is written to the one, or read from the other in place of q-points. `first` begins a batch then.
  double* kept_lines = nullptr;
  const double* known_lines = nullptr;
  std::size_t imaginary = 0;  // out: number of modes below -kImaginaryMeV; 0 with known_lines
};

// Modes below minus this are counted as imaginary; acoustic modes at the zone centre scatter by less, and
// have no intensity that means anything.
constexpr double kImaginaryMeV = 0.01;

// |f| (r.l.u.) up to which a q-point is the zone centre: rounding of numbers like 0.1 * 30, nothing more.
constexpr double kGammaTolerance = 1e-10;

// q-points in a full batch on this machine.
int batch_points();
// What line shapes of `count` points are made of, for any width, scale and temperature: for each batch
// [2 n + 1][batch_points], frequencies in meV and the first row of T's eigenvectors, or of damped oscillators
// T itself, then the squared length of the scattering vector. n: rows of the dynamical matrix.
std::size_t line_doubles(int n, std::size_t count);
// The SIMD target that run-time dispatch chose, and its override in tests (false: not on this machine
// or not compiled).
const char* chosen_target();
bool force_target(const char* name);
// Matrices (of one vector of lanes) of more bytes than this are reduced in two stages where no eigenvectors
// are wanted: those that would have to be fetched from beyond the second-level cache again for every column.
// Its override in tests.
std::size_t one_stage_bytes();
void set_one_stage_bytes(std::size_t bytes);
constexpr std::size_t kOneStageBytes = 3 << 20;

// What a job needs scratch memory for, beside the eigenvalues.
struct ScratchUse {
  bool eigenvectors = false, mode_gradients = false;
};
inline ScratchUse scratch_use(const KernelJob& job) { return {job.needs_vectors(), job.differentiates()}; }
// Bytes of scratch memory that a thread needs.
std::size_t workspace_bytes(const Tables& tables, const ScratchUse& use);

// Any number of points; returns early when cancelled.
void run_kernel(const KernelJob& job, KernelRange& range, Workspace& workspace);

}  // namespace euphonic
