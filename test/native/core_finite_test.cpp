// Numbers at the edge of what is physical, or beyond: results stay finite, intensities stay positive.
#include <cmath>

#include "core/kernel/kernel.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

bool finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

JobOptions thermal_options(const Recipe& recipe, std::optional<double> temperature) {
  JobOptions options = options_of(Quantity::structure_factor);
  options.scattering = scattering_of(recipe);
  options.scattering.temperature = temperature;
  options.scattering.negative_e = true;
  return options;
}

void check_finite(const Model& model, const Recipe& recipe, const Points& points,
                  SumRule rule = SumRule::none) {
  Pool pool(1);
  const auto plan = plan_of(model, rule);
  for (const std::optional<double> temperature :
       {std::optional<double>{}, {0.0}, {1e-3}, {1.0}, {300.0}, {1e6}}) {
    INFO("temperature " << temperature.value_or(-1));
    const Results found = evaluate(pool, plan, thermal_options(recipe, temperature), points);
    CHECK(finite(found.frequencies));
    CHECK(finite(found.structure_factors));
    CHECK(std::all_of(found.structure_factors.begin(), found.structure_factors.end(),
                      [](double s) { return s >= 0; }));
  }
  const Results modes = evaluate(pool, plan, options_of(Quantity::modes), points);
  CHECK(finite(modes.frequencies));
  CHECK(finite(modes.eigenvectors));
  for (std::size_t k = 0; k < points.size(); ++k) {
    const Eigen::MatrixXcd e = modes.eigenvectors_at(k, model.n_atoms);
    CHECK((e.adjoint() * e - Eigen::MatrixXcd::Identity(e.rows(), e.cols())).norm() < 1e-10);
  }
}

}  // namespace

TEST_CASE("core: crystals of all kinds give finite numbers at all temperatures", "[core]") {
  for (const Recipe& r : tested_recipes()) {
    INFO(r.name);
    check_finite(make_crystal(r), r, assorted_points(r.seed, 4), SumRule::reciprocal);
  }
}

TEST_CASE("core: force constants that are all zero", "[core]") {
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges",
                           "polar, inversion, isotropic charges"}) {
    const Recipe& r = recipe(name);
    Model model = make_crystal(r);
    std::fill(model.force_constants.begin(), model.force_constants.end(), 0.0);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
      INFO(name << ", rule " << int(rule));
      check_finite(model, r, assorted_points(2, 4), rule);
    }
    std::fill(model.born.begin(), model.born.end(), 0.0);
    INFO(name << ", no charges");
    check_finite(model, r, assorted_points(2, 4));
    Pool pool(1);
    const Results found =
        evaluate(pool, plan_of(model), options_of(Quantity::frequencies), {{0.1, 0.2, 0.3}});
    for (double w : found.frequencies) CHECK(w == 0);
    CHECK(found.imaginary == 0);
  }
}

TEST_CASE("core: force constants of rank one", "[core]") {
  // What is left after each step of the reduction is rounding of rounding, down to the smallest numbers.
  for (const int n_atoms : {3, 6, 8, 9, 16}) {
    Model model;
    model.n_atoms = n_atoms;
    model.n_cells = 1;
    for (int a = 0; a < 3; ++a) {
      model.cell_vectors[a][a] = 20;
      model.sc_matrix[a][a] = 1;
    }
    model.cell_origins.assign(3, 0);
    Random random(n_atoms);
    for (int k = 0; k < 3 * n_atoms; ++k) model.atom_r.push_back(random.matrix(0.5)(0, 0));
    model.atom_mass.assign(n_atoms, 40000.0);
    model.force_constants.assign(9 * n_atoms * n_atoms, 0.01);
    const double expected = std::sqrt(0.01 * 3 * n_atoms / 40000) * 27211.386245988;
    for (const std::size_t limit : {kOneStageBytes, std::size_t{0}}) {
      INFO(n_atoms << " atoms, one stage up to " << limit << " bytes");
      set_one_stage_bytes(limit);
      Pool pool(1);
      const Points points = {{0, 0, 0}, {1, 0, 0}, {0, 2, 1}};
      const Results found = evaluate(pool, plan_of(model), options_of(Quantity::frequencies), points);
      set_one_stage_bytes(kOneStageBytes);
      for (std::size_t k = 0; k < points.size(); ++k) {
        const auto w = found.frequencies_at(k);
        CHECK(w.back() == Approx(expected).epsilon(1e-12));
        for (std::size_t m = 0; m + 1 < w.size(); ++m) CHECK(std::abs(w[m]) < 1e-6 * expected);
      }
    }
  }
}

TEST_CASE("core: modes that are exactly degenerate", "[core]") {
  // Einstein atoms: D is diagonal, with few different values.
  Recipe r = recipe("triclinic");
  Model model = make_crystal(r);
  std::fill(model.force_constants.begin(), model.force_constants.end(), 0.0);
  const std::size_t n = 3 * static_cast<std::size_t>(model.n_atoms);
  for (std::size_t i = 0; i < n; ++i) {
    model.force_constants[i * n + i] = 0.1;
    model.atom_mass[i / 3] = i < 6 ? 40000 : 20000;
  }
  check_finite(model, r, assorted_points(2, 4));
  Pool pool(1);
  const Points points = assorted_points(2, 4);
  const Results found = evaluate(pool, plan_of(model), options_of(Quantity::frequencies), points);
  const double low = std::sqrt(0.1 / 40000) * 27211.386245988, high = low * std::sqrt(2);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto w = found.frequencies_at(k);
    for (std::size_t m = 0; m < w.size(); ++m) CHECK(w[m] == Approx(m < 6 ? low : high).epsilon(1e-13));
  }
}

TEST_CASE("core: imaginary modes are negative numbers, and are counted", "[core]") {
  const Recipe& r = recipe("triclinic");
  const Model stable = make_crystal(r);
  Model unstable = stable;
  for (double& x : unstable.force_constants) x = -x;
  check_finite(unstable, r, assorted_points(2, 4));
  Pool pool(1);
  const Points points = Random(3).points(20, 1);
  const Results up = evaluate(pool, plan_of(stable), thermal_options(r, {}), points);
  const Results down = evaluate(pool, plan_of(unstable), thermal_options(r, {}), points);
  std::size_t negative = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    auto mirrored = down.frequencies_at(k);
    std::reverse(mirrored.begin(), mirrored.end());
    for (double& w : mirrored) w = -w;
    CHECK(frequency_error(up.frequencies_at(k), mirrored) < 1e-10);
    for (double w : mirrored) negative += -w < -0.01;
    auto s = up.structure_factors_at(k), t = down.structure_factors_at(k);
    const std::size_t n = s.size() / 2;
    s.resize(n);
    t.resize(n);
    std::reverse(t.begin(), t.end());
    CHECK(structure_factor_error(up.frequencies_at(k), s, t) < 1e-8);
  }
  CHECK(negative == down.imaginary);
  CHECK(down.imaginary > 9 * points.size() / 2);
  CHECK(std::is_sorted(down.frequencies.begin(), down.frequencies.begin()));
}

TEST_CASE("core: frequencies ascend", "[core]") {
  Pool pool(1);
  for (const Recipe& r : tested_recipes()) {
    const Points points = assorted_points(r.seed, 3);
    const Results found = evaluate(pool, plan_of(make_crystal(r)), options_of(Quantity::frequencies), points);
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = found.frequencies_at(k);
      CHECK(std::is_sorted(w.begin(), w.end()));
    }
  }
}

TEST_CASE("core: nothing scatters at Q = 0", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "inversion, pairs", "polar, anisotropic charges"}) {
    const Recipe& r = recipe(name);
    const auto plan = plan_of(make_crystal(r), SumRule::reciprocal);
    const Results found = evaluate(pool, plan, thermal_options(r, 300.0), {{0, 0, 0}, {0.1, 0, 0}});
    for (double s : found.structure_factors_at(0)) CHECK(s == 0);
  }
}

TEST_CASE("core: very long scattering vectors", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "polar, inversion, pairs and self-images, atoms outside"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const Points near = {{0.125, 0.25, -0.375}, {0.5, 0.25, 0.0625}};
    Points far = near;
    for (Point& q : far) q = {q[0] + 1e6, q[1] - 1e6, q[2] + 3e5};
    check_finite(model, r, far);
    const auto plan = plan_of(model);
    const Results here = evaluate(pool, plan, options_of(Quantity::frequencies), near);
    const Results there = evaluate(pool, plan, options_of(Quantity::frequencies), far);
    CHECK(here == there);  // these fractions are exact
    // A Debye-Waller factor of exp(-1e10) leaves nothing.
    JobOptions options = thermal_options(r, 300.0);
    options.scattering.debye_waller.assign(9 * model.n_atoms, 0.0);
    for (int i = 0; i < model.n_atoms; ++i)
      for (int a = 0; a < 3; ++a) options.scattering.debye_waller[9 * i + 4 * a] = 0.01;
    for (double s : evaluate(pool, plan, options, far).structure_factors) CHECK(s == 0);
  }
}

TEST_CASE("core: no atom scatters", "[core]") {
  Pool pool(1);
  const Recipe& r = recipe("inversion, pairs");
  JobOptions options = thermal_options(r, 10.0);
  for (auto& b : options.scattering.lengths) b = 0;
  const Results found = evaluate(pool, plan_of(make_crystal(r)), options, assorted_points(1, 3));
  for (double s : found.structure_factors) CHECK(s == 0);
}
