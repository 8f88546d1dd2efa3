// A plan: everything about a model and its options that does not depend on q.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/plan/plan_parts.h"

namespace euphonic {

enum class SumRule { none, reciprocal, realspace };

struct PlanOptions {
  SumRule asr = SumRule::none;
  bool dipole = true;           // no effect on a model without Born charges
  double dipole_parameter = 1;  // scales the lambda that is found for Ewald's sum
  PlanLimits limits;            // others in tests
};

struct PlanInfo {
  double ewald_lambda = 0;  // 1/bohr; 0 without a dipole term
  std::size_t n_terms = 0;  // lattice-vector terms over all atom pairs
  std::size_t n_lattice_vectors = 0;
  std::size_t n_reciprocal = 0;  // G vectors of the reciprocal half
  bool inversion_centre = false;
  double plan_seconds = 0;
  std::vector<std::string> notes;
};

class Plan {
 public:
  // As make_plan.
  Plan(std::shared_ptr<const Model> model, const PlanOptions& options, int n_threads,
       const std::atomic<bool>* cancelled, PlanProgress* progress);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const PlanInfo& info() const { return info_; }
  int n_atoms() const { return model_->n_atoms; }
  // Without the model, which others have as well.
  std::size_t bytes() const;
  // Of the complex form where it has to be built.
  std::size_t complex_bytes() const;
  // What the kernel reads: the real form where there is an inversion centre.
  const Tables& tables() const { return tables_; }
  // The complex form, built when first asked for: scattering vectors that break inversion symmetry and mode
  // gradients need it.
  const Tables& complex_tables() const;

 private:
  std::shared_ptr<const Model> model_;
  PlanLimits limits_;
  std::vector<double> corrected_;      // force constants that the real-space sum rule has changed
  std::unique_ptr<ForceTerms> force_;  // blocks may be made anew, and the complex form later
  PlanInfo info_;
  Dipole dipole_;
  std::vector<double> sum_rule_;
  Inversion inversion_;
  Tables tables_;
  mutable std::once_flag complex_once_;
  mutable Tables complex_;
};

// Throws std::invalid_argument with a sentence for the user when the model cannot be planned, Cancelled soon
// after the flag has been set: crystals of a thousand atoms take seconds. progress: a new one, or null.
std::shared_ptr<const Plan> make_plan(std::shared_ptr<const Model> model, const PlanOptions& options,
                                      int n_threads = 1, const std::atomic<bool>* cancelled = nullptr,
                                      PlanProgress* progress = nullptr);
// Of a copy of the model.
std::shared_ptr<const Plan> make_plan(const Model& model, const PlanOptions& options,
                                      const std::atomic<bool>* cancelled = nullptr);

}  // namespace euphonic
