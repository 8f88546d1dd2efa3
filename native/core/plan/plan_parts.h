// The steps of planning, each usable and testable by itself. All matrices without mass weights
// unless said otherwise.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/ewald.h"
#include "core/lattice.h"
#include "core/model.h"
#include "core/plan/progress.h"
#include "core/plan/tables.h"

namespace euphonic {

// One lattice vector of the sum for an atom pair.
struct PairTerm {
  Int3 r;
  double phi[9];
};

// Force constants of ordered atom pairs as sums over lattice vectors. Every step of planning asks for those
// of all pairs, and so can be stopped here.
class ForceTerms {
 public:
  // force_constants: [n_cells][3n][3n], those of the model or corrected ones.
  ForceTerms(const Model& model, const std::vector<double>& force_constants, int n_threads = 1,
             const std::atomic<bool>* cancelled = nullptr, PlanProgress* progress = nullptr);
  // Blocks (i in cell 0, j in c) as stored, shared among Wigner-Seitz images, merged by lattice vector.
  // Throws Cancelled.
  void terms(int i, int j, std::vector<PairTerm>& out) const;
  const std::vector<double>& force_constants() const { return force_constants_; }
  // Threads that a step may use.
  int n_threads() const { return n_threads_; }
  const std::atomic<bool>* cancelled() const { return cancelled_; }
  // Of a step this much is done: a part of its weight.
  void add_progress(double weight) const {
    if (progress_ != nullptr) progress_->add(weight);
  }
  // What refers to it is on its own from here on.
  void end_planning() {
    n_threads_ = 1;
    cancelled_ = nullptr;
    progress_ = nullptr;
  }

 private:
  const Model& model_;
  const std::vector<double>& force_constants_;
  WignerSeitz images_;
  int n_threads_;
  const std::atomic<bool>* cancelled_;
  PlanProgress* progress_;
};

// The dipole term as the plan uses it.
struct Dipole {
  std::unique_ptr<Ewald> ewald;  // null: none
  bool by_tiles = false;         // of many atoms, as the tables
  std::vector<Mat3> row_sums;    // subtracted from the diagonal blocks
  double real_cutoff = 0;        // in units of 1/lambda
  double threshold = 0;          // mass-weighted elements below this are dropped
  std::vector<Int3> g_half;      // G vectors kept, one of each +-, without 0
};

// Elements of the mass-weighted dynamical matrix (hartree^2) that are dropped, relative to its largest
// diagonal element. The dropped tails add up to a few of these; frequencies above 1 meV keep
// nine digits (test/native/core_invariants_test.cpp).
constexpr double kPruneTolerance = 2e-15;

// Scales beyond these would only cost time, minutes of planning at 0.1 where there are few atoms: no result
// depends on it.
constexpr double kLeastDipoleParameter = 0.5, kMostDipoleParameter = 2;

// When a plan takes the forms that need less memory. What is chosen depends on model and options alone.
struct PlanLimits {
  // Atoms from which on D is put together by tiles. Sums of terms of all blocks would have 64 MB a thread,
  // and nine tenths of the time and more go into the reduction: lambda is then chosen for few terms.
  int tiled_atoms = 160;
  // Most bytes of coefficients that are stored; else blocks are made anew for each vector of q-points.
  std::size_t term_bytes = std::size_t{512} << 20;
};

// dipole_parameter scales the lambda that a count of operations finds best; a note is added where it is not
// taken as it stands.
Dipole plan_dipole(const Model& model, const ForceTerms& force, double dipole_parameter, bool by_tiles,
                   std::vector<std::string>& notes);

// realspace: the force constants, changed so that the three acoustic modes at the zone centre become zero
// together with the dipole term, where there is one.
std::vector<double> realspace_sum_rule(const Model& model, const ForceTerms& force, const Dipole& dipole,
                                       std::vector<std::string>& notes);
// reciprocal: the matrix A [3n][3n] to add to D at every q (not mass-weighted); empty where the rule cannot
// be applied.
std::vector<double> reciprocal_sum_rule(const Model& model, const ForceTerms& force, const Dipole& dipole,
                                        std::vector<std::string>& notes);

// Inversion centre: positions relative to it, made exactly symmetric, and the image of every atom. The
// reciprocal sum rule adds a constant to D in the cell gauge, which an inversion that moves atoms into
// different cells does not leave alone: such centres do not count then.
struct Inversion {
  bool present = false;
  std::vector<int> image;      // [n]
  std::vector<double> atom_r;  // [n][3] relative to the centre
};
Inversion find_inversion(const Model& model, const ForceTerms& force, const std::vector<double>& sum_rule);

// All of the above as tables, which refer to it where blocks are not stored.
// real_form only with an inversion centre.
Tables build_tables(const Model& model, const ForceTerms& force, const Dipole& dipole,
                    const std::vector<double>& sum_rule, const Inversion& inversion, bool real_form,
                    const PlanLimits& limits);
// Its last step: lattice vectors and terms of the blocks.
void build_terms(Tables& tables, std::shared_ptr<const BlockMaker> maker, const ForceTerms& force,
                 std::size_t most_bytes);

}  // namespace euphonic
