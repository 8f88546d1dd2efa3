// What physics demands of any crystal, whatever the formulas.
#include <cmath>

#include "core/kernel/kernel.h"
#include "core/plan/plan_parts.h"
#include "core/units.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

constexpr double kTolerance = 1e-9;           // of frequencies
constexpr double kIntensityTolerance = 1e-8;  // of structure factors
const std::size_t kRandomPoints = kSanitized ? 4 : 24;

JobOptions intensity_options(const Recipe& recipe) {
  JobOptions options = options_of(Quantity::structure_factor);
  options.scattering = scattering_of(recipe);
  return options;
}

// Largest errors between two results at corresponding points, sums over degenerate modes.
struct Difference {
  double frequencies = 0, structure_factors = 0;
};
Difference difference(const Results& expected, const Results& found) {
  Difference out;
  for (std::size_t k = 0; k < expected.count; ++k) {
    const auto w = expected.frequencies_at(k);
    keep_worst(out.frequencies, frequency_error(w, found.frequencies_at(k)));
    if (expected.structure_factors.empty() || found.structure_factors.empty()) continue;
    keep_worst(out.structure_factors,
               structure_factor_error(w, expected.structure_factors_at(k), found.structure_factors_at(k)));
  }
  return out;
}

Points shifted(Points points, const Point& by, double factor = 1) {
  for (Point& q : points)
    for (int a = 0; a < 3; ++a) q[a] = factor * q[a] + by[a];
  return points;
}

// Multiplied by small integers, and added, they stay exact. In a polar crystal, beside a zone centre, the
// last digit of 60.0003 turns into the eighth of an intensity.
Points rounded(Points points) {
  for (Point& q : points)
    for (double& x : q) x = std::ldexp(std::round(std::ldexp(x, 40)), -40);
  return points;
}

}  // namespace

TEST_CASE("core: eigenvectors diagonalise the dynamical matrix and are orthonormal", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const Model model = make_crystal(recipe);
    const Reference reference(model, SumRule::reciprocal);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    const auto directions = directions_from_list(points);
    const Results found =
        evaluate(pool, plan_of(model, SumRule::reciprocal), options_of(Quantity::modes), points);
    double residual = 0, orthonormality = 0, size = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const Eigen::MatrixXcd d = reference.matrix(points[k], directions[k]);
      const Eigen::MatrixXcd e = found.eigenvectors_at(k, model.n_atoms);
      const auto w = found.frequencies_at(k);
      Eigen::VectorXcd squares(w.size());
      for (std::size_t m = 0; m < w.size(); ++m)
        squares(static_cast<Eigen::Index>(m)) = w[m] * std::abs(w[m]) / (kHartreeInMeV * kHartreeInMeV);
      size = std::max(size, squares.cwiseAbs().maxCoeff());
      keep_worst(residual, (d * e - e * squares.asDiagonal()).norm());
      const Eigen::MatrixXcd unit = Eigen::MatrixXcd::Identity(e.rows(), e.cols());
      keep_worst(orthonormality, (e.adjoint() * e - unit).norm());
    }
    CHECK(residual < 1e-12 * size);
    CHECK(orthonormality < 1e-13);
  }
}

TEST_CASE("core: frequencies are periodic in q and even", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    const JobOptions options = options_of(Quantity::frequencies);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    const Results here = evaluate(pool, plan, options, points);
    for (const Point& g : {Point{1, 0, 0}, Point{-2, 3, 5}, Point{40, -31, 17}}) {
      INFO("G " << g[0] << " " << g[1] << " " << g[2]);
      CHECK(difference(here, evaluate(pool, plan, options, shifted(points, g))).frequencies < kTolerance);
    }
    CHECK(difference(here, evaluate(pool, plan, options, shifted(points, {0, 0, 0}, -1))).frequencies <
          kTolerance);
  }
}

TEST_CASE("core: three modes at the zone centre have no frequency under a sum rule", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    for (const SumRule rule : {SumRule::reciprocal, SumRule::realspace}) {
      const auto plan = plan_of(make_crystal(recipe), rule);
      // A charged cell shifts its translations along the direction of approach: none is given here.
      const Results found = evaluate(pool, plan, options_of(Quantity::frequencies, false),
                                     {{0, 0, 0}, {1, -2, 3}, {0.3, 0.1, 0}});
      for (std::size_t k = 0; k < 2; ++k) {
        const auto w = found.frequencies_at(k);
        INFO(recipe.name << ", rule " << int(rule) << ", " << w[0] << " " << w[1] << " " << w[2] << " meV");
        int zeros = 0;
        for (double x : w) zeros += std::abs(x) < 1e-4;
        CHECK(zeros == 3);
      }
      CHECK(plan->info().notes.empty());
      CHECK(std::abs(found.frequencies_at(2)[0]) > 0.5);
    }
  }
}

TEST_CASE("core: without a sum rule the zone centre shows how far it is broken", "[core]") {
  Pool pool(1);
  const auto plan = plan_of(make_crystal(recipe("triclinic")));
  const Results found = evaluate(pool, plan, options_of(Quantity::frequencies), {{0, 0, 0}});
  double largest = 0;
  for (int m = 0; m < 3; ++m) largest = std::max(largest, std::abs(found.frequencies[m]));
  CHECK(largest > 0.05);
}

TEST_CASE("core: a sum rule that would remove no translation is not applied, and says so", "[core]") {
  Recipe broken = recipe("triclinic");
  broken.broken_sum_rule = 5;
  const Model model = make_crystal(broken);
  for (const SumRule rule : {SumRule::reciprocal, SumRule::realspace}) {
    const auto plan = plan_of(model, rule);
    REQUIRE(plan->info().notes.size() == 1);
    Pool pool(1);
    const Points points = {{0, 0, 0}, {0.1, 0.2, 0.3}};
    const JobOptions options = options_of(Quantity::frequencies);
    CHECK(difference(evaluate(pool, plan_of(model), options, points), evaluate(pool, plan, options, points))
              .frequencies < kTolerance);
  }
}

TEST_CASE("core: nothing depends on the lambda of Ewald's sum", "[core]") {
  Pool pool(1);
  const std::vector<double> parameters =
      kSanitized ? std::vector<double>{0.5, 2} : std::vector<double>{0.5, 0.75, 1.5, 2};
  for (const Recipe& recipe : tested_recipes()) {
    if (!recipe.polar) continue;
    const Model model = make_crystal(recipe);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal}) {
      const auto plan = plan_of(model, rule);
      const Results here = evaluate(pool, plan, intensity_options(recipe), points);
      for (const double parameter : parameters) {
        const auto other = plan_of(model, rule, true, parameter);
        INFO(recipe.name << ", rule " << int(rule) << ", dipole_parameter " << parameter << ": "
                         << other->info().n_reciprocal << " G vectors, " << other->info().n_terms
                         << " terms");
        CHECK(other->info().ewald_lambda == Approx(parameter * plan->info().ewald_lambda).epsilon(1e-12));
        const Difference d = difference(here, evaluate(pool, other, intensity_options(recipe), points));
        CHECK(d.frequencies < kTolerance);
        CHECK(d.structure_factors < kIntensityTolerance);
      }
    }
  }
}

TEST_CASE("core: the real form of a crystal with an inversion centre gives what the complex form does",
          "[core]") {
  for (const Recipe& recipe : tested_recipes()) {
    if (!recipe.inversion()) continue;
    const Model model = make_crystal(recipe);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
      INFO(recipe.name << ", rule " << int(rule));
      const auto plan = plan_of(model, rule);
      if (!plan->info().inversion_centre) {
        // A constant added in the cell gauge does not survive an inversion that moves atoms between cells.
        CHECK(rule == SumRule::reciprocal);
        continue;
      }
      const auto& both = *plan;
      REQUIRE(both.tables().real_form);
      REQUIRE_FALSE(both.complex_tables().real_form);
      const Points points = assorted_points(recipe.seed, kRandomPoints);
      const Chunk chunk = make_chunk(points, 0, points.size());
      std::vector<double> frequencies[2], intensities[2];
      Workspace workspace;
      for (const bool real : {true, false}) {
        const std::size_t size = points.size() * model.n_modes();
        frequencies[real].resize(size);
        intensities[real].resize(size);
        KernelJob job;
        job.tables = real ? &both.tables() : &both.complex_tables();
        ScatteringTables scattering;
        const auto lengths = scattering_of(recipe).lengths;
        for (int i = 0; i < model.n_atoms; ++i) {
          scattering.amplitude.push_back(lengths[i].real() / std::sqrt(model.atom_mass[i]));
          scattering.amplitude.push_back(0);
        }
        job.scattering = &scattering;
        KernelRange range;
        range.count = range.stride = points.size();
        range.qpts = chunk.qpts.data();
        range.frequencies = frequencies[real].data();
        range.structure_factors = intensities[real].data();
        run_kernel(job, range, workspace);
      }
      Results complex_form, real_form;
      complex_form.count = real_form.count = points.size();
      complex_form.frequencies = frequencies[0];
      complex_form.structure_factors = intensities[0];
      real_form.frequencies = frequencies[1];
      real_form.structure_factors = intensities[1];
      const Difference d = difference(complex_form, real_form);
      CHECK(d.frequencies < kTolerance);
      CHECK(d.structure_factors < kIntensityTolerance);
    }
  }
}

TEST_CASE(
    "core: the real form also survives the reciprocal sum rule where inversion keeps atoms in their cells",
    "[core]") {
  CHECK(plan_of(make_crystal(recipe("inversion, pairs")), SumRule::reciprocal)->info().inversion_centre);
}

TEST_CASE("core: a crystal is the same wherever its origin is and whichever cells its atoms are called in",
          "[core]") {
  Pool pool(1);
  Random random(77);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    const JobOptions options = intensity_options(recipe);
    for (const SumRule rule : {SumRule::none, SumRule::realspace}) {
      INFO(recipe.name << ", rule " << int(rule));
      const Results here = evaluate(pool, plan_of(model, rule), options, points);
      const Model elsewhere = translated(model, {0.213, -1.71, 0.4561});
      const Difference d = difference(here, evaluate(pool, plan_of(elsewhere, rule), options, points));
      CHECK(d.frequencies < kTolerance);
      CHECK(d.structure_factors < kIntensityTolerance);

      std::vector<Eigen::Vector3i> moves;
      for (int i = 0; i < model.n_atoms; ++i)
        moves.push_back({random.integer(-4, 4), random.integer(-4, 4), random.integer(-4, 4)});
      const Difference e =
          difference(here, evaluate(pool, plan_of(with_atoms_moved(model, moves), rule), options, points));
      CHECK(e.frequencies < kTolerance);
      CHECK(e.structure_factors < kIntensityTolerance);
    }
  }
}

TEST_CASE("core: atoms named in cells far away lose no digits", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "polar, anisotropic charges"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const Points points = assorted_points(r.seed, kRandomPoints);
    const Results here = evaluate(pool, plan_of(model), options_of(Quantity::frequencies), points);
    for (const int far : {30, 1000}) {
      INFO(name << ", " << far << " cells away");
      std::vector<Eigen::Vector3i> moves(model.n_atoms, {0, 0, 0});
      moves[1] = {far, 0, -far};
      const Results there =
          evaluate(pool, plan_of(with_atoms_moved(model, moves)), options_of(Quantity::frequencies), points);
      CHECK(difference(here, there).frequencies < kTolerance);
    }
  }
}

TEST_CASE("core: a crystal is the same in any choice of cell vectors", "[core]") {
  Pool pool(1);
  Eigen::Matrix3i sheared, swapped, skew, very_skew, slanted;
  sheared << 1, 1, 0, 0, 1, 0, 0, -1, 1;
  swapped << 0, 1, 0, 1, 0, 0, 0, 0, 1;
  skew << 1, 3, 0, 0, 1, -2, 0, 0, 1;
  very_skew << 3, 2, 2, 3, 1, 3, 1, 0, 1;
  slanted << 1, 0, 0, 60, 1, 0, 0, 0, 1;
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const Points points = rounded(assorted_points(recipe.seed, kRandomPoints));
    const JobOptions options = intensity_options(recipe);
    const Results here = evaluate(pool, plan_of(model), options, points);
    for (const auto& u : kSanitized
                             ? std::vector<Eigen::Matrix3i>{sheared}
                             : std::vector<Eigen::Matrix3i>{sheared, swapped, skew, very_skew, slanted}) {
      INFO(recipe.name << "\n" << u);
      Points same = points;
      for (Point& q : same) q = transformed(q, u);
      std::shared_ptr<const Plan> plan;
      CHECK_NOTHROW(plan = plan_of(with_cell_choice(model, u)));
      if (!plan) continue;
      const Difference d = difference(here, evaluate(pool, plan, options, same));
      CHECK(d.frequencies < kTolerance);
      CHECK(d.structure_factors < kIntensityTolerance);
    }
  }
}

TEST_CASE("core: cell vectors too slanted for its tables are refused", "[core]") {
  Eigen::Matrix3i slanted;
  slanted << 1, 0, 0, 200, 1, 0, 0, 100, 1;
  for (const Recipe& recipe : tested_recipes()) {
    if (recipe.polar || recipe.n_atoms() > 1) continue;
    CHECK_THROWS_WITH(plan_of(with_cell_choice(make_crystal(recipe), slanted)),
                      ContainsSubstring("less slanted"));
  }
}

TEST_CASE("core: structure factors without eigenvectors are those with them", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const Model model = make_crystal(recipe);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    JobOptions options = intensity_options(recipe);
    const Results without = evaluate(pool, plan, options, points);
    const Results with = evaluate(pool, plan, options_of(Quantity::modes), points);
    const Results alone = evaluate(pool, plan, options_of(Quantity::frequencies), points);
    const Reference reference(model, SumRule::none, false);
    double worst = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const ReferenceModes modes{with.frequencies_at(k), with.eigenvectors_at(k, model.n_atoms)};
      keep_worst(worst,
                 structure_factor_error(modes.frequencies,
                                        reference.structure_factors(points[k], modes, options.scattering),
                                        without.structure_factors_at(k)));
    }
    CHECK(worst < kIntensityTolerance);
    CHECK(difference(without, with).frequencies < kTolerance);
    CHECK(difference(without, alone).frequencies < kTolerance);
  }
}
