// What is calculated for a plan: a job and its options, chunks of q-points and their results.
#pragma once

#include <array>
#include <atomic>
#include <complex>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/kernel/broadening.h"
#include "core/kernel/histogram.h"
#include "core/plan/plan.h"
#include "core/platform/memory.h"

namespace euphonic {

enum class Quantity { frequencies, structure_factor, modes, displacements, sqw, histogram };

// What a structure factor needs beyond the plan.
struct Scattering {
  std::vector<std::complex<double>> lengths;  // [n_atoms] fm
  std::vector<double> debye_waller;           // [n_atoms][3][3] angstrom^2, or empty
  std::optional<double> temperature;          // kelvin; none: no thermal factor at all
  bool bose = true;
  bool negative_e = false;
};

// What mean-square displacements need beyond the plan.
struct Displacements {
  double temperature = 0;       // kelvin
  double frequency_min = 0.01;  // meV: modes below are left out
};

struct JobOptions {
  Quantity quantity = Quantity::structure_factor;
  int n_threads = 0;            // 0: as many as the pool has
  bool splitting = true;        // LO-TO splitting at the zone centre
  bool mode_gradients = false;  // with frequencies or modes: d omega / dQ, too
  Scattering scattering;
  Displacements displacements;
  Broadening broadening;
  Histogram histogram;
};

class Job {
 public:
  Job(std::shared_ptr<const Plan> plan, JobOptions options);

  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  const std::atomic<bool>* cancel_flag() const { return &cancelled_; }
  const Plan& plan() const { return *plan_; }
  const JobOptions& options() const { return options_; }
  int n_modes() const { return 3 * plan_->n_atoms(); }
  // Whether scattering vectors are needed.
  bool scatters() const {
    return options_.quantity == Quantity::structure_factor || options_.quantity == Quantity::sqw ||
           (options_.quantity == Quantity::histogram &&
            options_.histogram.weight == ModeWeight::structure_factor);
  }
  // Whether mode gradients are results: frequencies and modes alone have them.
  bool gives_gradients() const {
    return options_.mode_gradients &&
           (options_.quantity == Quantity::frequencies || options_.quantity == Quantity::modes);
  }
  int n_surfaces() const;                           // n_modes, twice that with negative_e
  std::size_t bytes_per_point() const;              // of results
  std::size_t kept_bytes(std::size_t count) const;  // of KeptLines
  std::size_t bytes_per_chunk() const;              // of results that do not depend on the number of points
  std::size_t histogram_numbers(std::size_t count) const;  // of a chunk of `count` points; 0: none are wanted
  // Scratch memory that each thread which works for the job needs, in bytes: for admission, not exact.
  std::size_t workspace_bytes() const;
  // Memory of tables that this job needs beside its plan's: some scattering lengths, and gradients, take the
  // complex form.
  std::size_t table_bytes() const;

 private:
  std::shared_ptr<const Plan> plan_;
  JobOptions options_;
  std::atomic<bool> cancelled_{false};
};

// Less than this no crystal of so many atoms needs as scratch memory of one thread, whatever its plan.
std::size_t least_workspace_bytes(int n_atoms, bool eigenvectors);

// Memory of results: another runtime that comes to own it lets go of it by `release_result`.
struct ReleaseResult {
  void operator()(double* p) const { release_result(p); }
};
using ResultArray = std::unique_ptr<double[], ReleaseResult>;

// What remains of a chunk, so that its intensities for other widths, scales and temperatures need no
// q-points: the first chunk that carries it fills it, later ones stand for the same points and energies. Jobs
// that share it agree in plan, splitting, scattering lengths and Debye-Waller tensors, and all or none of
// them are of damped oscillators.
class KeptLines {
 public:
  // Throws std::bad_alloc.
  KeptLines(const Job& job, std::size_t count);
  std::size_t bytes() const;

  const std::size_t count;
  const ResultArray lines;       // as line_doubles says
  std::vector<double> energies;  // [count] meV
  std::size_t imaginary = 0;
  bool filled = false;  // written before the first chunk's `done`; read by those who submit later

 private:
  const std::size_t doubles_;
};

// q-points, and what decides the direction in which one at the zone centre is approached. With
// Histogram::block_points the first one begins a block.
struct Chunk {
  std::size_t count = 0;
  std::vector<double> qpts;        // [3][count] r.l.u.
  std::vector<double> directions;  // [3][count] or empty; NaN: from the neighbouring q-points
  std::vector<double> energies;    // [count] meV, for Quantity::sqw
  std::vector<double> weights;     // [count] for Quantity::histogram, whole numbers; empty: 1 each
  std::optional<std::array<double, 3>> before, after;  // neighbours in the whole request
  std::shared_ptr<KeptLines> kept;                     // of Quantity::sqw; null: nothing is kept

  // Whether the chunk has neither q-points nor energies of its own.
  bool is_known() const { return kept != nullptr && kept->filled; }
};

struct ChunkResult {
  std::size_t count = 0;
  ResultArray frequencies;        // [n_modes][count] meV
  ResultArray structure_factors;  // [n_surfaces][count] mbarn, null unless asked for
  ResultArray eigenvectors;       // [2][3][n_atoms][n_modes][count], null unless asked for
  ResultArray mode_gradients;     // [3][n_modes][count] meV angstrom, Cartesian, null unless asked for
  // [n_atoms][00 01 02 11 12 22][count] angstrom^2, null unless asked for
  ResultArray displacements;
  ResultArray intensities;                    // [count] mbarn/meV per atom, the only result of Quantity::sqw
  ResultArray histogram;                      // [blocks][rows][bins], the only result of Quantity::histogram
  double kernel_seconds = 0;                  // from the first batch's start to the last one's end
  double begin_seconds = 0, end_seconds = 0;  // the same moments on the steady clock
  std::size_t imaginary = 0;                  // modes with a negative frequency
  bool cancelled = false;
  std::string error;           // not empty: the chunk failed
  bool out_of_memory = false;  // that is why
};

}  // namespace euphonic
