// A plan: everything about a model and its options that does not depend on q.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/cancelled.h"
#include "core/model.h"

namespace euphonic {

enum class SumRule { none, reciprocal, realspace };

struct PlanOptions {
  SumRule asr = SumRule::none;
  bool dipole = true;           // no effect on a model without Born charges
  double dipole_parameter = 1;  // scales the automatic Ewald splitting parameter
};

struct PlanInfo {
  double lambda = 0;        // Ewald splitting parameter, 1/bohr; 0 without a dipole term
  std::size_t n_terms = 0;  // lattice-vector terms over all atom pairs
  std::size_t n_lattice_vectors = 0;
  std::size_t n_reciprocal = 0;  // G vectors of the reciprocal half
  bool inversion_centre = false;
  double plan_seconds = 0;
  std::vector<std::string> notes;
};

class Plan {
 public:
  virtual ~Plan() = default;
  virtual const PlanInfo& info() const = 0;
  virtual int n_atoms() const = 0;
  virtual std::size_t bytes() const = 0;
};

// Throws std::invalid_argument with a sentence for the user when the model cannot be planned, Cancelled soon
// after the flag has been set: crystals of a thousand atoms take minutes.
std::shared_ptr<const Plan> make_plan(const Model& model, const PlanOptions& options,
                                      const std::atomic<bool>* cancelled = nullptr);

}  // namespace euphonic
