// Every SIMD target of this machine computes the same.
#include <cmath>
#include <iostream>
#include <utility>

#include "core/kernel/kernel.h"
#include "core/platform/cpu.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

constexpr double kTolerance = 1e-11;

// Back to the machine's own choices, whatever happens.
struct RestoreTarget {
  ~RestoreTarget() {
    force_target("");
    set_one_stage_bytes(kOneStageBytes);
  }
};

// Compares a target with the machine's own choice; false if it is not there.
bool agrees(const char* target) {
  const RestoreTarget restore;
  const std::string own = chosen_target();
  if (!force_target(target)) return false;
  CHECK(std::string(chosen_target()) == target);
  CHECK(batch_points() >= 1);
  for (const Recipe& recipe : tested_recipes()) {
    INFO(target << " and " << own << ", " << recipe.name);
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    // Not a whole number of batches of any target.
    const Points points = assorted_points(recipe.seed, kSanitized ? 5 : 36);
    JobOptions options = options_of(Quantity::structure_factor);
    options.scattering = scattering_of(recipe);
    options.scattering.temperature = 50;
    options.scattering.negative_e = true;
    Results results[2], modes[2];
    for (const bool forced : {false, true}) {
      force_target(forced ? target : own.c_str());
      Pool pool(1);
      results[forced] = evaluate(pool, plan, options, points);
      modes[forced] = evaluate(pool, plan, options_of(Quantity::modes), points);
    }
    // Small as the matrices are, now in two stages.
    set_one_stage_bytes(0);
    Pool pool(1);
    const Results two_stages = evaluate(pool, plan, options, points);
    const Results unstarted = evaluate(pool, plan, options_of(Quantity::frequencies), points);
    set_one_stage_bytes(kOneStageBytes);
    CHECK_FALSE((recipe.n_atoms() > 2 && two_stages == results[1]));  // else they were not made

    double frequencies = 0, structure_factors = 0, with_vectors = 0;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = results[0].frequencies_at(k);
      keep_worst(frequencies, frequency_error(w, results[1].frequencies_at(k)));
      keep_worst(with_vectors, frequency_error(w, modes[1].frequencies_at(k)));
      keep_worst(frequencies, frequency_error(w, two_stages.frequencies_at(k)));
      keep_worst(frequencies, frequency_error(w, unstarted.frequencies_at(k)));
      for (const Results* found : {&std::as_const(results[1]), &two_stages})
        keep_worst(structure_factors, structure_factor_error(w, results[0].structure_factors_at(k),
                                                             found->structure_factors_at(k)));
    }
    CHECK(frequencies < kTolerance);
    CHECK(with_vectors < kTolerance);
    CHECK(structure_factors < 100 * kTolerance);  // mixing of modes 0.05 meV apart takes two digits
    CHECK(results[0].imaginary == results[1].imaginary);
  }
  return true;
}

void skip(const char* target) {
  std::cout << "SKIPPED: the SIMD target " << target << " is not compiled or not on this machine\n";
}

}  // namespace

TEST_CASE("core: the SIMD target AVX3 gives the same numbers", "[core]") {
  if (!agrees("AVX3")) skip("AVX3");
}

TEST_CASE("core: the SIMD target AVX2 gives the same numbers", "[core]") {
  if (!agrees("AVX2")) skip("AVX2");
}

TEST_CASE("core: the SIMD target SSE4 gives the same numbers", "[core]") {
  if (!agrees("SSE4")) skip("SSE4");
}

TEST_CASE("core: the target for any other machine gives the same numbers", "[core]") {
  // Highway chooses one of the two when it is compiled.
  if (!agrees("SCALAR") && !agrees("EMU128")) skip("SCALAR or EMU128");
}

TEST_CASE("core: a SIMD target that is not there is refused and leaves the machine's own", "[core]") {
  const RestoreTarget restore;
  const std::string own = chosen_target();
  CHECK_FALSE(force_target("NEON"));
  CHECK_FALSE(force_target(""));
  CHECK(std::string(chosen_target()) == own);
}

TEST_CASE("core: this machine has at least one thread and a SIMD target", "[core]") {
  const ThreadBudget budget = available_threads();
  CHECK(budget.threads >= 1);
  CHECK_FALSE(budget.reason.empty());
  CHECK_FALSE(std::string(chosen_target()).empty());
}
