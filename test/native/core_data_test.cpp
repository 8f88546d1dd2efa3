// Calculated crystals, where their files are at hand: the kernel against plain sums and Eigen's eigenvalues.
#include <cmath>
#include <iostream>

#include "support/castep_file.h"
#include "support/catch.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

// None, and a line that says so, where the file is not there.
std::optional<Model> model_of(const std::string& file) {
  const auto path = test_data(file);
  if (path) return read_castep(*path);
  std::cout << "SKIPPED: " << file
            << " is not there; EUPHONIC_TEST_DATA names the folder of reference files\n";
  return {};
}

void compare_with_reference(const Model& model, SumRule rule, std::size_t n_points) {
  Pool pool(1);
  const auto plan = plan_of(model, rule);
  const Reference reference(model, rule);
  JobOptions options = options_of(Quantity::structure_factor);
  for (int i = 0; i < model.n_atoms; ++i) options.scattering.lengths.push_back(3.0 + i);
  const Points points = assorted_points(17, n_points);
  const Results found = evaluate(pool, plan, options, points);
  const auto directions = directions_from_list(points);
  double frequencies = 0, structure_factors = 0, highest = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const ReferenceModes modes = reference.modes(points[k], directions[k]);
    highest = std::max(highest, modes.frequencies.back());
    keep_worst(frequencies, frequency_error(modes.frequencies, found.frequencies_at(k)));
    keep_worst(structure_factors,
               structure_factor_error(modes.frequencies,
                                      reference.structure_factors(points[k], modes, options.scattering),
                                      found.structure_factors_at(k)));
  }
  INFO("rule " << int(rule) << ", highest mode " << highest << " meV, inversion centre "
               << plan->info().inversion_centre);
  CHECK(frequencies < 1e-9);
  CHECK(structure_factors < 1e-8);
  CHECK(highest > 20);
  CHECK(highest < 200);
}

}  // namespace

TEST_CASE("core: niobium, one atom in 1728 cells, against the plain sum", "[core][data]") {
  const auto model = model_of("nb/Nb-242424-s0.25.castep_bin");
  if (!model) return;
  compare_with_reference(*model, SumRule::none, kSanitized ? 5 : 60);
  compare_with_reference(*model, SumRule::reciprocal, 5);
}

TEST_CASE("core: quartz, polar, against the plain sum", "[core][data][heavy]") {
  const auto model = model_of("quartz/quartz.castep_bin");
  if (!model) return;
  compare_with_reference(*model, SumRule::none, 20);
  compare_with_reference(*model, SumRule::reciprocal, 20);
}
