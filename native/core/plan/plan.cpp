#include "core/plan/plan.h"

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/assertion.h"

namespace euphonic {

namespace {

std::size_t table_bytes(const Tables& t) {
  std::size_t total =
      sizeof(Tables) + t.blocks.size() * sizeof(Block) + t.vectors.size() * sizeof(HalfVector) +
      t.orbit_pairs.size() * sizeof(Tables::OrbitPair) +
      t.dipole.g_pairs.size() * sizeof(DipoleTables::Pair) +
      (t.dipole.phases.size() + t.dipole.atom_phases.size() + t.dipole.born.size()) * sizeof(double);
  for (const TermChunk& c : t.chunks)
    total += (c.begin.size() + c.c_begin.size() + c.s_begin.size()) * sizeof(std::uint32_t) +
             c.vector_index.size() * sizeof(std::uint16_t) + (c.c.size() + c.s.size()) * sizeof(double);
  return total;
}

// Of all steps of a plan.
double weight_of(bool has_dipole, SumRule rule) {
  return (has_dipole ? kRowSumsWeight : 0) +
         (rule == SumRule::none ? 0 : kZoneCentreWeight + kAcousticModesWeight) + kVectorsWeight +
         kCoefficientsWeight;
}

}  // namespace

Plan::Plan(std::shared_ptr<const Model> model, const PlanOptions& options, int n_threads,
           const std::atomic<bool>* cancelled, PlanProgress* progress)
    : model_(std::move(model)), limits_(options.limits) {
  const auto begin = std::chrono::steady_clock::now();
  const bool has_dipole = model_->polar() && options.dipole;
  if (progress != nullptr) progress->expect(weight_of(has_dipole, options.asr));
  force_ = std::make_unique<ForceTerms>(*model_, model_->force_constants, n_threads, cancelled, progress);
  const bool by_tiles = model_->n_atoms >= limits_.tiled_atoms;
  if (has_dipole) dipole_ = plan_dipole(*model_, *force_, options.dipole_parameter, by_tiles, info_.notes);
  if (options.asr == SumRule::realspace) {
    corrected_ = realspace_sum_rule(*model_, *force_, dipole_, info_.notes);
    force_ = std::make_unique<ForceTerms>(*model_, corrected_, n_threads, cancelled, progress);
  }
  if (options.asr == SumRule::reciprocal)
    sum_rule_ = reciprocal_sum_rule(*model_, *force_, dipole_, info_.notes);
  inversion_ = find_inversion(*model_, *force_, sum_rule_);
  tables_ = build_tables(*model_, *force_, dipole_, sum_rule_, inversion_, inversion_.present, limits_);
  force_->end_planning();
  if (progress != nullptr) progress->finish();

  info_.ewald_lambda = dipole_.ewald ? dipole_.ewald->lambda() : 0;
  info_.n_terms = tables_.n_terms;
  info_.n_lattice_vectors = tables_.vectors.size();
  info_.n_reciprocal = dipole_.ewald ? 2 * tables_.dipole.g_pairs.size() + 1 : 0;
  info_.inversion_centre = inversion_.present;
  info_.plan_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::size_t Plan::bytes() const { return table_bytes(tables_) + corrected_.size() * sizeof(double); }

// Blocks of all pairs of atoms in place of those of orbits, and as many terms in each.
std::size_t Plan::complex_bytes() const { return inversion_.present ? 2 * table_bytes(tables_) : 0; }

const Tables& Plan::complex_tables() const {
  if (!inversion_.present) return tables_;
  std::call_once(complex_once_, [this] {
    complex_ = build_tables(*model_, *force_, dipole_, sum_rule_, inversion_, false, limits_);
  });
  return complex_;
}

namespace {

void assert_consistent(const Model& model) {
  const auto n = static_cast<std::size_t>(model.n_atoms), cells = static_cast<std::size_t>(model.n_cells);
  EUPHONIC_ASSERT(model.n_atoms > 0 && model.n_cells > 0);
  EUPHONIC_ASSERT(model.atom_r.size() == 3 * n);
  EUPHONIC_ASSERT(model.atom_mass.size() == n);
  EUPHONIC_ASSERT(model.cell_origins.size() == 3 * cells);
  EUPHONIC_ASSERT(model.force_constants.size() == cells * 9 * n * n);
  EUPHONIC_ASSERT(model.born.empty() || model.born.size() == 9 * n);
  for ([[maybe_unused]] double mass : model.atom_mass) EUPHONIC_ASSERT(mass > 0);
}

}  // namespace

std::shared_ptr<const Plan> make_plan(std::shared_ptr<const Model> model, const PlanOptions& options,
                                      int n_threads, const std::atomic<bool>* cancelled,
                                      PlanProgress* progress) {
  assert_consistent(*model);
  if (!(options.dipole_parameter > 0) || !std::isfinite(options.dipole_parameter))
    throw std::invalid_argument("dipole_parameter must be a positive number");
  // Of few atoms a plan is made before a thread has begun.
  constexpr int kAtomsForThreads = 40;
  if (model->n_atoms < kAtomsForThreads) n_threads = 1;
  return std::make_shared<const Plan>(std::move(model), options, n_threads, cancelled, progress);
}

std::shared_ptr<const Plan> make_plan(const Model& model, const PlanOptions& options,
                                      const std::atomic<bool>* cancelled) {
  return make_plan(std::make_shared<const Model>(model), options, 1, cancelled);
}

}  // namespace euphonic
