// Mode gradients: against derivatives of the plain sums, and against differences of the
// kernel's own frequencies.
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <thread>
#include <utility>

#include "core/kernel/kernel.h"
#include "core/units.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

constexpr double kGap = 0.05;     // meV: within a run of modes nearer than this, only sums mean something
constexpr double kLeastMode = 1;  // meV
const std::size_t kRandomPoints = kSanitized ? 3 : 12;

JobOptions gradients_of(Quantity quantity = Quantity::frequencies, bool splitting = true) {
  JobOptions options = options_of(quantity, splitting);
  options.mode_gradients = true;
  return options;
}

// A point, moved by a Cartesian step (1/angstrom).
Point moved(const Model& model, const Point& q, const Eigen::Vector3d& step) {
  const Eigen::Vector3d f = cell_matrix(model) * step * kBohrInAngstrom / (2 * kPi);
  return {q[0] + f[0], q[1] + f[1], q[2] + f[2]};
}

// Weights of f(x + k h), k = 1 .. 4, less f(x - k h): the derivative times h, up to h^9.
constexpr double kDifference[4] = {4. / 5, -1. / 5, 4. / 105, -1. / 280};

// Sums of d(omega^2) over runs of modes, by Hellmann and Feynman with differences of the reference's matrix.
// Rows: modes, those of a run each with the run's mean.
Eigen::MatrixX3d expected_gradients(const Reference& reference, const Model& model, const Point& q) {
  const ReferenceModes modes = reference.modes(q);
  const double h = 2e-3;  // 1/angstrom: small beside the distance to a zone centre, where dipoles make a cusp
  Eigen::MatrixX3d out(model.n_modes(), 3);
  for (int c = 0; c < 3; ++c) {
    Eigen::MatrixXcd slope = Eigen::MatrixXcd::Zero(model.n_modes(), model.n_modes());
    for (int k = 1; k <= 4; ++k)
      for (const int sign : {1, -1})
        slope += sign * kDifference[k - 1] / h *
                 reference.matrix(moved(model, q, sign * k * h * Eigen::Vector3d::Unit(c)));
    out.col(c) = (modes.eigenvectors.adjoint() * slope * modes.eigenvectors).diagonal().real() *
                 kHartreeInMeV * kHartreeInMeV;
  }
  return out;
}

// d(omega^2) = 2 |omega| d(omega)
Eigen::MatrixX3d squared(const Eigen::MatrixX3d& gradients, const std::vector<double>& frequencies) {
  const Eigen::Map<const Eigen::VectorXd> w(frequencies.data(), gradients.rows());
  return (2 * w.cwiseAbs()).asDiagonal() * gradients;
}

// Largest difference of sums over runs, relative to the largest gradient.
double run_error(const std::vector<double>& frequencies, const Eigen::MatrixX3d& expected,
                 const Eigen::MatrixX3d& found) {
  double worst = 0;
  const double scale = expected.cwiseAbs().maxCoeff();
  for (std::size_t m = 0, first = 0; m < frequencies.size(); first = m) {
    Eigen::RowVector3d difference = Eigen::RowVector3d::Zero();
    bool counted = true;
    for (; m < frequencies.size() && (m == first || frequencies[m] - frequencies[m - 1] <= kGap); ++m) {
      difference += expected.row(Eigen::Index(m)) - found.row(Eigen::Index(m));
      counted = counted && std::abs(frequencies[m]) >= kLeastMode;
    }
    if (counted) keep_worst(worst, difference.cwiseAbs().maxCoeff() / scale);
  }
  return worst;
}

bool isolated(const std::vector<double>& w, std::size_t m, double gap) {
  return std::abs(w[m]) >= kLeastMode && (m == 0 || w[m] - w[m - 1] > gap) &&
         (m + 1 == w.size() || w[m + 1] - w[m] > gap);
}

}  // namespace

TEST_CASE("core: mode gradients are the derivatives of the plain sums", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    if (model.n_atoms > 10 && recipe.polar) continue;
    const Points points = Random(recipe.seed).points(model.n_atoms > 10 ? 2 : kRandomPoints, 2);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
      if (rule == SumRule::realspace && model.n_cells * model.n_modes() > (kSanitized ? 100 : 600)) continue;
      INFO(recipe.name << ", rule " << int(rule));
      const Reference reference(model, rule);
      const Results found = evaluate(pool, plan_of(model, rule), gradients_of(), points);
      double worst = 0;
      for (std::size_t k = 0; k < points.size(); ++k) {
        const auto w = found.frequencies_at(k);
        keep_worst(worst, run_error(w, expected_gradients(reference, model, points[k]),
                                    squared(found.mode_gradients_at(k), w)));
      }
      CHECK(worst < 1e-8);
    }
  }
}

TEST_CASE("core: mode gradients are what the frequencies do in small steps", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const Points points = Random(recipe.seed + 1).points(kRandomPoints, 2);
    const double h = 5e-4;  // 1/angstrom
    Points around;
    for (const Point& q : points)
      for (int c = 0; c < 3; ++c)
        for (int k = 1; k <= 4; ++k)
          for (const int sign : {1, -1})
            around.push_back(moved(model, q, sign * k * h * Eigen::Vector3d::Unit(c)));
    const Results found = evaluate(pool, plan, gradients_of(), points);
    const Results steps = evaluate(pool, plan, options_of(Quantity::frequencies), around);
    double worst = 0;
    std::size_t compared = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = found.frequencies_at(k);
      const Eigen::MatrixX3d gradients = found.mode_gradients_at(k);
      for (std::size_t m = 0; m < w.size(); ++m) {
        if (!isolated(w, m, 0.2)) continue;
        ++compared;
        for (int c = 0; c < 3; ++c) {
          double slope = 0;
          for (int s = 0; s < 8; ++s)
            slope += (s % 2 == 0 ? 1 : -1) * kDifference[s / 2] / h *
                     steps.frequencies[m * around.size() + (3 * k + c) * 8 + s];
          keep_worst(worst, std::abs(slope - gradients(Eigen::Index(m), c)));
        }
      }
    }
    INFO(recipe.name);
    CHECK(compared > points.size());
    CHECK(worst < 1e-7);  // meV angstrom, of some ten
  }
}

TEST_CASE("core: frequencies and eigenvectors are the same with and without mode gradients", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    const Results plain = evaluate(pool, plan, options_of(Quantity::modes), points);
    const Results both = evaluate(pool, plan, gradients_of(Quantity::modes), points);
    const Results alone = evaluate(pool, plan, gradients_of(Quantity::frequencies), points);
    CHECK(plain.mode_gradients.empty());
    CHECK(alone.eigenvectors.empty());
    CHECK(both.frequencies == alone.frequencies);
    CHECK(both.mode_gradients == alone.mode_gradients);
    CHECK(both.imaginary == alone.imaginary);
    const int n_atoms = plan->n_atoms();
    double frequencies = 0, vectors = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = plain.frequencies_at(k);
      keep_worst(frequencies, frequency_error(w, both.frequencies_at(k)));
      const auto e = both.eigenvectors_at(k, n_atoms);
      keep_worst(vectors, (e.adjoint() * e - Eigen::MatrixXcd::Identity(3 * n_atoms, 3 * n_atoms)).norm());
    }
    CHECK(frequencies < 1e-10);
    CHECK(vectors < 1e-10);
  }
}

TEST_CASE("core: mode gradients are only those of frequencies and modes", "[core]") {
  Pool pool(1);
  const auto plan = plan_of(make_crystal(recipe("triclinic")));
  JobOptions options = gradients_of(Quantity::structure_factor);
  options.scattering = scattering_of(recipe("triclinic"));
  const auto result = [&](JobOptions o) {
    return run(pool, std::make_shared<Job>(plan, std::move(o)), make_chunk({{0.1, 0.2, 0.3}}, 0, 1));
  };
  CHECK_FALSE(result(options).mode_gradients);
  CHECK(result(gradients_of()).mode_gradients);
  CHECK(Job(plan, gradients_of()).bytes_per_point() ==
        Job(plan, options_of(Quantity::frequencies)).bytes_per_point() + 3 * 9 * sizeof(double));
}

TEST_CASE("core: mode gradients have the symmetry of time reversal and of the reciprocal lattice", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    Random random(recipe.seed);
    const Points points = random.points(kRandomPoints, 0.5);
    Points reversed, shifted;
    for (const Point& q : points) {
      reversed.push_back({-q[0], -q[1], -q[2]});
      shifted.push_back({q[0] + 2, q[1] - 1, q[2] + 3});
    }
    const Results here = evaluate(pool, plan, gradients_of(), points);
    const Results there = evaluate(pool, plan, gradients_of(), reversed);
    const Results beyond = evaluate(pool, plan, gradients_of(), shifted);
    double time = 0, lattice = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = here.frequencies_at(k);
      const Eigen::MatrixX3d g = squared(here.mode_gradients_at(k), w);
      keep_worst(time, run_error(w, g, -squared(there.mode_gradients_at(k), w)));
      keep_worst(lattice, run_error(w, g, squared(beyond.mode_gradients_at(k), w)));
    }
    CHECK(time < 1e-9);
    CHECK(lattice < 1e-9);
  }
}

TEST_CASE("core: at a zone centre modes stand still, with LO-TO splitting and without", "[core]") {
  // Time reversal: the analytic part of D is even in q. The limit of the dipole term along a direction does
  // not change along it.
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const Point step = {0.3, -0.1, 0.2};
    const double small = 1e-5;
    const Points points = {{0, 0, 0}, step, {1, -2, 0}, {step[0] + 1, step[1] - 2, step[2]}};
    for (const bool splitting : {true, false}) {
      INFO(recipe.name << ", splitting " << splitting);
      const Results found = evaluate(pool, plan, gradients_of(Quantity::frequencies, splitting), points);
      for (const std::size_t k : {0u, 2u}) {
        const auto w = found.frequencies_at(k);
        const Eigen::MatrixX3d gradients = found.mode_gradients_at(k);
        CHECK(gradients.allFinite());
        CHECK(run_error(w, Eigen::MatrixX3d::Constant(gradients.rows(), 3, 1000),
                        Eigen::MatrixX3d(squared(gradients, w).array() + 1000)) < 1e-9);
        if (!splitting) continue;
        const Results near = evaluate(pool, plan, options_of(Quantity::frequencies),
                                      {{points[k][0] + small * step[0], points[k][1] + small * step[1],
                                        points[k][2] + small * step[2]}});
        for (std::size_t m = 0; m < w.size(); ++m)
          if (isolated(w, m, 0.5)) CHECK(std::abs(near.frequencies[m] - w[m]) < 1e-6);
      }
    }
  }
}

TEST_CASE("core: acoustic modes have no gradient at the zone centre, and close to it the speed of sound",
          "[core]") {
  Pool pool(1);
  const Recipe& r = recipe("monatomic, 12 x 12 x 12 cells");
  const Model model = make_crystal(r);
  const auto plan = plan_of(model, SumRule::reciprocal);
  const Eigen::Vector3d direction = Eigen::Vector3d(0.3, -0.5, 0.8).normalized();
  const double distance = 1e-3;  // 1/angstrom
  const Results found =
      evaluate(pool, plan, gradients_of(), {{0, 0, 0}, moved(model, {0, 0, 0}, distance * direction)});
  for (int m = 0; m < 3; ++m) {
    CHECK(std::abs(found.frequencies_at(0)[m]) < 1e-3);
    CHECK(found.mode_gradients_at(0).row(m).norm() < 1e-6);
    const double frequency = found.frequencies_at(1)[m];
    CHECK(frequency > 0);
    CHECK(found.mode_gradients_at(1).row(m) * direction == Approx(frequency / distance).epsilon(1e-4));
  }
}

TEST_CASE("core: a frequency of exactly zero has gradient zero", "[core]") {
  Pool pool(1);
  Model model = make_crystal(recipe("triclinic"));
  std::fill(model.force_constants.begin(), model.force_constants.end(), 0.0);
  const Results found = evaluate(pool, plan_of(model), gradients_of(), {{0.1, 0.2, 0.3}, {0, 0, 0}});
  CHECK(found.frequencies == std::vector<double>(18, 0.0));
  CHECK(found.mode_gradients == std::vector<double>(54, 0.0));
}

TEST_CASE("core: imaginary modes have the gradient of their negative frequency", "[core]") {
  Pool pool(1);
  const Model model = make_crystal(recipe("triclinic"));
  Model unstable = model;
  for (double& x : unstable.force_constants) x = -x;
  const Points points = Random(5).points(kRandomPoints, 2);
  const Results stable = evaluate(pool, plan_of(model), gradients_of(), points);
  const Results found = evaluate(pool, plan_of(unstable), gradients_of(), points);
  CHECK(found.imaginary == 9 * points.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto w = found.frequencies_at(k);
    CHECK(w.back() < 0);
    const Eigen::MatrixX3d expected = -stable.mode_gradients_at(k).colwise().reverse();
    CHECK(run_error(w, squared(expected, w), squared(found.mode_gradients_at(k), w)) < 1e-9);
  }
}

TEST_CASE("core: mode gradients are the same bits for any threads and chunks", "[core][pool]") {
  for (const char* name : {"polar, anisotropic charges", "inversion, pairs and self-images"}) {
    const auto plan = plan_of(make_crystal(recipe(name)), SumRule::reciprocal);
    const Points points = assorted_points(1, kSanitized ? 8 : 80);
    Pool alone(1);
    const Results expected = evaluate(alone, plan, gradients_of(Quantity::modes), points);
    for (const int threads : {1, 2, 3}) {
      Pool pool(threads);
      for (const std::size_t chunk : {1, 7, 33}) {
        INFO(name << ", " << threads << " threads, chunks of " << chunk);
        CHECK(evaluate(pool, plan, gradients_of(Quantity::modes), points, chunk) == expected);
      }
    }
  }
}

TEST_CASE("core: mode gradients are the same with every SIMD target", "[core]") {
  const struct Restore {
    ~Restore() { force_target(""); }
  } restore;
  const std::string own = chosen_target();
  int targets = 0;
  for (const char* target : {"AVX3", "AVX2", "SSE4", "EMU128", "SCALAR"}) {
    for (const Recipe& recipe : tested_recipes()) {
      const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
      const Points points = assorted_points(recipe.seed, kSanitized ? 2 : 9);
      Results results[2];
      bool there = true;
      for (const bool forced : {false, true}) {
        there = force_target(forced ? target : own.c_str());
        if (!there) break;
        Pool pool(1);
        results[forced] = evaluate(pool, plan, gradients_of(), points);
      }
      if (!there) break;
      targets += recipe.name == "triclinic";
      double worst = 0;
      for (std::size_t k = 0; k < points.size(); ++k) {
        const auto w = results[0].frequencies_at(k);
        const Eigen::MatrixX3d one = squared(results[0].mode_gradients_at(k), w);
        if (one.cwiseAbs().maxCoeff() < 1) continue;  // zone centre
        keep_worst(worst, run_error(w, one, squared(results[1].mode_gradients_at(k), w)));
      }
      INFO(target << ", " << recipe.name);
      CHECK(worst < 1e-8);
    }
  }
  // for ARM one target is compiled, which leaves nothing to compare with
  if (own.rfind("NEON", 0) != 0) CHECK(targets >= 2);
}

TEST_CASE("core: mode gradients of a large crystal let go within 50 ms", "[core][pool][heavy][timing]") {
  if (kSanitized) return;
  Recipe large;
  large.n_general = 200;
  large.polar = true;
  large.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const Model model = make_crystal(large);
  const auto plan = plan_of(model);
  const Points points = Random(1).points(8, 1);
  using Clock = std::chrono::steady_clock;
  for (const int delay : {50, 400, 1000, 2000, 3000}) {
    double best =
        1e9;  // as in core_pool_test.cpp: the clock or processor time, whichever is less, in three attempts
    for (int attempt = 0; attempt < 3 && best > 0.05; ++attempt) {
      Pool pool(1);
      const auto job = std::make_shared<Job>(plan, gradients_of());
      std::atomic<bool> answered{false};
      pool.submit(job, make_chunk(points, 0, points.size()), [&](ChunkResult) { answered = true; });
      std::this_thread::sleep_for(std::chrono::milliseconds(delay));
      const auto begin = Clock::now();
      const std::clock_t worked = std::clock();
      job->cancel();
      while (!answered) std::this_thread::sleep_for(std::chrono::microseconds(100));
      best = std::min({best, std::chrono::duration<double>(Clock::now() - begin).count(),
                       double(std::clock() - worked) / CLOCKS_PER_SEC});
    }
    INFO("cancelled after " << delay << " ms");
    CHECK(best < 0.05);
  }
}
