// Forms that large crystals take: D put together by tiles, from stored terms and from terms made anew. Small
// crystals in these forms have the results of the usual one.
#include <algorithm>
#include <thread>

#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

enum class Form { whole, tiles, made };

std::shared_ptr<const Plan> plan_in(Form form, const Model& model, SumRule rule = SumRule::none,
                                    int n_threads = 1) {
  PlanOptions options;
  options.asr = rule;
  options.limits.tiled_atoms = form == Form::whole ? 1000000 : 0;
  options.limits.term_bytes = form == Form::made ? 0 : PlanLimits().term_bytes;
  auto plan = make_plan(std::make_shared<const Model>(model), options, n_threads);
  REQUIRE(plan->tables().by_tiles == (form != Form::whole));
  REQUIRE((plan->tables().maker != nullptr) == (form == Form::made));
  REQUIRE(plan->tables().chunks.empty() == (form == Form::made));
  return plan;
}

std::vector<JobOptions> jobs(const Recipe& recipe) {
  std::vector<JobOptions> out(3);
  out[0] = options_of(Quantity::structure_factor);
  out[0].scattering = scattering_of(recipe);
  out[0].scattering.temperature = 100;
  out[1] = out[0];  // breaks an inversion symmetry: the complex form
  for (auto& b : out[1].scattering.lengths) b += std::complex<double>(0, 0.1);
  out[2] = options_of(Quantity::modes);
  out[2].mode_gradients = true;
  return out;
}

// Of d(omega^2) / dQ, since acoustic modes near the zone centre have no digits; relative to the largest.
double gradient_error(const Results& a, const Results& b) {
  double worst = 0, largest = 1;
  for (std::size_t k = 0; k < a.mode_gradients.size(); ++k) {
    const double omega = std::abs(a.frequencies[k % a.frequencies.size()]);
    largest = std::max(largest, omega * std::abs(a.mode_gradients[k]));
    keep_worst(worst, omega * std::abs(a.mode_gradients[k] - b.mode_gradients[k]));
  }
  return worst / largest;
}

// Enough atoms for several tiles, an odd number of pairs in some of them.
Recipe grown(const char* name) {
  Recipe r = recipe(name);
  if (r.inversion()) {
    r.n_pairs = 5;
  } else {
    r.n_general = 13;
  }
  return r;
}

// Under the sanitizers one crystal of each form of D is enough, the complex and the real one.
std::vector<const char*> names() {
  std::vector<const char*> out{"polar, anisotropic charges",
                               "polar, inversion, pairs and self-images, atoms outside"};
  if (!kSanitized) {
    out.push_back("polar, isotropic charges, left-handed cell, atoms outside");
    out.push_back("triclinic");
  }
  return out;
}

}  // namespace

TEST_CASE("core: results by tiles are those of the whole", "[core]") {
  Pool pool(1);
  for (const char* name : names()) {
    const Recipe r = grown(name);
    const Model model = make_crystal(r);
    const Points points = assorted_points(5, kSanitized ? 3 : 12);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
      const auto whole = plan_in(Form::whole, model, rule), tiles = plan_in(Form::tiles, model, rule);
      for (const JobOptions& job : jobs(r)) {
        INFO(name << ", sum rule " << int(rule) << ", quantity " << int(job.quantity));
        const Results expected = evaluate(pool, whole, job, points),
                      found = evaluate(pool, tiles, job, points);
        double frequencies = 0, structure_factors = 0;
        for (std::size_t k = 0; k < points.size(); ++k) {
          const auto w = expected.frequencies_at(k);
          keep_worst(frequencies, frequency_error(w, found.frequencies_at(k)));
          if (job.quantity == Quantity::structure_factor)
            keep_worst(structure_factors, structure_factor_error(w, expected.structure_factors_at(k),
                                                                 found.structure_factors_at(k)));
        }
        CHECK(frequencies < 1e-10);
        CHECK(structure_factors < 1e-9);
        CHECK(gradient_error(expected, found) < 1e-9);
      }
    }
  }
}

TEST_CASE("core: blocks made anew and stored ones give the same bits, on any number of threads",
          "[core][pool]") {
  for (const char* name : names()) {
    const Recipe r = grown(name);
    const Model model = make_crystal(r);
    const Points points = assorted_points(6, kSanitized ? 4 : 40);
    const auto stored = plan_in(Form::tiles, model, SumRule::realspace);
    Pool alone(1);
    std::vector<Results> expected;
    for (const JobOptions& job : jobs(r)) expected.push_back(evaluate(alone, stored, job, points));
    for (const int threads : {1, 3}) {
      Pool pool(threads);
      const auto made = plan_in(Form::made, model, SumRule::realspace, threads);
      for (std::size_t k = 0; k < expected.size(); ++k) {
        INFO(name << ", job " << k << ", threads " << threads);
        CHECK(evaluate(pool, made, jobs(r)[k], points, kSanitized ? 2 : 7) == expected[k]);
      }
    }
  }
}

TEST_CASE("core: a plan is the same bits on any number of threads", "[core][pool]") {
  Recipe r = recipe("polar, anisotropic charges");
  r.n_general = kSanitized ? 24 : 45;
  r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const Model model = make_crystal(r);
  const Points points = assorted_points(7, kSanitized ? 1 : 4);
  Pool pool(1);
  for (const Form form : {Form::whole, Form::tiles}) {
    const Results expected = evaluate(pool, plan_in(form, model), options_of(Quantity::frequencies), points);
    const auto plan = plan_in(form, model, SumRule::none, 3);
    CHECK(evaluate(pool, plan, options_of(Quantity::frequencies), points) == expected);
  }
}

TEST_CASE("core: tiles need memory for one matrix, not for all sums", "[core]") {
  Recipe r = recipe("polar, anisotropic charges");
  r.n_general = 45;
  r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const Model model = make_crystal(r);
  const auto bytes = [&](Form form) {
    return Job(plan_in(form, model), options_of(Quantity::frequencies)).workspace_bytes();
  };
  CHECK(bytes(Form::tiles) < bytes(Form::whole) / 2);
  CHECK(bytes(Form::made) == bytes(Form::tiles));
  CHECK(plan_in(Form::made, model)->bytes() < plan_in(Form::tiles, model)->bytes() / 4);
}

TEST_CASE("core: how far a plan is grows to 1", "[core][pool]") {
  Recipe r = recipe("polar, anisotropic charges");
  r.n_general = kSanitized ? 24 : 64;
  r.supercell = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  const auto model = std::make_shared<const Model>(make_crystal(r));
  for (const Form form : {Form::whole, Form::tiles, Form::made}) {
    PlanOptions options;
    options.asr = SumRule::reciprocal;
    options.limits.tiled_atoms = form == Form::whole ? 1000000 : 0;
    options.limits.term_bytes = form == Form::made ? 0 : PlanLimits().term_bytes;
    PlanProgress progress;
    std::atomic<bool> made{false};
    std::vector<double> seen{progress.fraction()};
    std::thread watcher([&] {
      while (!made) {
        const double fraction = progress.fraction();
        if (fraction != seen.back()) seen.push_back(fraction);
      }
    });
    make_plan(model, options, 2, nullptr, &progress);
    made = true;
    watcher.join();
    CHECK(seen.front() == 0);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(progress.fraction() == 1);
  }
}

TEST_CASE("core: planning by tiles can be cancelled", "[core]") {
  const std::atomic<bool> cancelled{true};
  PlanOptions options;
  options.limits.tiled_atoms = 0;
  const auto model = std::make_shared<const Model>(make_crystal(grown("polar, anisotropic charges")));
  CHECK_THROWS_AS(make_plan(model, options, 2, &cancelled), Cancelled);
}
