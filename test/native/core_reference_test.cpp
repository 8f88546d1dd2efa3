// The kernel against the formulas summed term by term, for crystals of every kind.
#include <cmath>

#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

constexpr double kFrequencyTolerance = 1e-9;
constexpr double kStructureFactorTolerance = 1e-8;

const std::size_t kRandomPoints = kSanitized ? 6 : 40;

struct Errors {
  double frequencies = 0, structure_factors = 0;
};

// Frequencies and structure factors of the kernel and of the reference at the same points.
Errors compare(Pool& pool, const std::shared_ptr<const Plan>& plan, const Reference& reference,
               const JobOptions& options, const Points& points) {
  const Results found = evaluate(pool, plan, options, points);
  const auto directions = directions_from_list(points);
  Errors errors;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const ReferenceModes modes = reference.modes(points[k], options.splitting ? directions[k] : std::nullopt);
    keep_worst(errors.frequencies, frequency_error(modes.frequencies, found.frequencies_at(k)));
    if (options.quantity != Quantity::structure_factor) continue;
    const auto expected = reference.structure_factors(points[k], modes, options.scattering);
    keep_worst(errors.structure_factors,
               structure_factor_error(modes.frequencies, expected, found.structure_factors_at(k)));
  }
  return errors;
}

std::vector<double> random_debye_waller(const Recipe& recipe, unsigned seed) {
  Random random(seed);
  std::vector<double> out;
  for (int i = 0; i < recipe.n_atoms(); ++i) {
    Eigen::Matrix3d w = random.matrix(0.02);
    w = (w * w.transpose() * 10 + 0.003 * Eigen::Matrix3d::Identity()).eval();
    const int image = image_of(recipe, i);
    for (int e = 0; e < 9; ++e) out.push_back(image < i ? out[9 * image + e] : w(e / 3, e % 3));
  }
  return out;
}

}  // namespace

TEST_CASE("core: frequencies and structure factors are those of the formulas summed term by term", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const Points points = assorted_points(recipe.seed, kRandomPoints);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
      if (rule == SumRule::realspace && model.n_cells * model.n_modes() > (kSanitized ? 100 : 600)) continue;
      for (const bool dipole : {true, false}) {
        if (!dipole && !recipe.polar) continue;
        const Reference reference(model, rule, dipole);
        const auto plan = plan_of(model, rule, dipole);
        for (const bool splitting : {true, false}) {
          if (!splitting && !(recipe.polar && dipole)) continue;
          INFO(recipe.name << ", rule " << int(rule) << ", dipole " << dipole << ", splitting " << splitting);
          JobOptions options = options_of(Quantity::structure_factor, splitting);
          options.scattering = scattering_of(recipe);
          const Errors errors = compare(pool, plan, reference, options, points);
          CHECK(errors.frequencies < kFrequencyTolerance);
          CHECK(errors.structure_factors < kStructureFactorTolerance);
          CHECK(reference.rule_applied() == plan->info().notes.empty());
        }
      }
    }
  }
}

TEST_CASE("core: an inversion centre is found where there is one", "[core]") {
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    CHECK(plan_of(make_crystal(recipe))->info().inversion_centre == recipe.inversion());
  }
}

TEST_CASE("core: thermal factors, energy loss and gain, Debye-Waller tensors", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const Reference reference(model, SumRule::reciprocal);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const Points points = assorted_points(3, kSanitized ? 4 : 16);
    JobOptions options = options_of(Quantity::structure_factor);
    options.scattering = scattering_of(r);
    const std::vector<double> tensors = random_debye_waller(r, 5);
    for (const bool negative : {false, true}) {
      for (const bool bose : {true, false}) {
        for (const std::optional<double> temperature : {std::optional<double>{}, {0.0}, {5.0}, {300.0}}) {
          for (const bool debye_waller : {false, true}) {
            INFO(name << ", negative " << negative << ", bose " << bose << ", temperature "
                      << temperature.value_or(-1) << ", Debye-Waller " << debye_waller);
            options.scattering.negative_e = negative;
            options.scattering.bose = bose;
            options.scattering.temperature = temperature;
            options.scattering.debye_waller = debye_waller ? tensors : std::vector<double>();
            const Errors errors = compare(pool, plan, reference, options, points);
            CHECK(errors.structure_factors < kStructureFactorTolerance);
          }
        }
      }
    }
  }
}

TEST_CASE("core: modes far above kT have no thermal population", "[core]") {
  // hbar omega / kT of several thousands: exp() of it is beyond double precision.
  Pool pool(1);
  const Recipe& r = recipe("triclinic");
  const Model model = make_crystal(r);
  const auto plan = plan_of(model);
  const Points points = assorted_points(4, 8);
  JobOptions options = options_of(Quantity::structure_factor);
  options.scattering = scattering_of(r);
  options.scattering.negative_e = true;
  options.scattering.temperature = 0;
  const Results cold = evaluate(pool, plan, options, points);
  for (const double temperature : {0.5, 0.1, 1e-2, 1e-3}) {
    INFO("temperature " << temperature);
    options.scattering.temperature = temperature;
    const Results found = evaluate(pool, plan, options, points);
    for (std::size_t k = 0; k < points.size(); ++k) {
      const auto w = found.frequencies_at(k), s = found.structure_factors_at(k);
      const auto expected = cold.structure_factors_at(k);
      for (std::size_t m = 0; m < w.size(); ++m) {
        if (std::abs(w[m]) < 3) continue;
        INFO("mode " << m << " of " << w[m] << " meV");
        CHECK(s[m] == Approx(expected[m]).epsilon(1e-12));
        CHECK(s[w.size() + m] <= 1e-12 * expected[m]);
        CHECK(s[w.size() + m] >= 0);
      }
    }
  }
}

TEST_CASE("core: complex scattering lengths, and lengths that break inversion symmetry", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "inversion, pairs", "inversion, pairs and self-images",
                           "polar, inversion, pairs and self-images, atoms outside"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const Reference reference(model, SumRule::none);
    const auto plan = plan_of(model);
    const Points points = assorted_points(6, kSanitized ? 4 : 16);
    Random random(8);
    JobOptions options = options_of(Quantity::structure_factor);
    options.scattering = scattering_of(r);
    const auto check = [&](const char* what) {
      INFO(name << ", " << what);
      const Errors errors = compare(pool, plan, reference, options, points);
      CHECK(errors.frequencies < kFrequencyTolerance);
      CHECK(errors.structure_factors < kStructureFactorTolerance);
    };
    for (auto& b : options.scattering.lengths) b += std::complex<double>(0, random.uniform(-3, 3));
    check("complex");
    for (auto& b : options.scattering.lengths) b = random.uniform(-3, 10);
    check("all different");
    for (auto& b : options.scattering.lengths) b = 0;
    options.scattering.lengths[0] = 5;
    check("one atom only");
    options.scattering = scattering_of(r);
    options.scattering.temperature = 0;
    options.scattering.debye_waller = random_debye_waller(r, 9);
    for (double& w : options.scattering.debye_waller) w *= random.uniform(0.5, 1);
    check("Debye-Waller tensors that are not symmetric");
  }
}

TEST_CASE(
    "core: force constants that are not quite symmetric are taken as stored, with and without an inversion "
    "centre",
    "[core]") {
  // The block of atom i in cell 0 and j in c, i <= j, and of the blocks of an atom with itself the upper
  // triangle; so says the reference, and so do the numbers of Euphonic.
  Pool pool(1);
  for (const char* name :
       {"triclinic", "inversion, self-images only", "inversion, pairs", "inversion, pairs and self-images"}) {
    Recipe r = recipe(name);
    r.asymmetry = 1e-6;
    const Model model = make_crystal(r);
    const Reference reference(model, SumRule::none);
    const auto plan = plan_of(model);
    INFO(name << ", inversion centre " << plan->info().inversion_centre);
    const Points points = assorted_points(6, kSanitized ? 4 : 16);
    const Errors errors = compare(pool, plan, reference, options_of(Quantity::frequencies), points);
    CHECK(errors.frequencies < kFrequencyTolerance);
  }
}
