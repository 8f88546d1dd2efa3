// What is made of modes inside the kernel: mean-square displacements and broadened intensities.
#include <cmath>

#include "core/units.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

const std::size_t kRandomPoints = kSanitized ? 4 : 20;

std::vector<double> copied(const ResultArray& array, std::size_t size) {
  return array ? std::vector<double>(array.get(), array.get() + size) : std::vector<double>();
}

}  // namespace

TEST_CASE("core: mean-square displacements are those of the eigenvectors", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const Model model = make_crystal(recipe);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const Reference reference(model, SumRule::reciprocal);
    const Points points = Random(recipe.seed).points(kRandomPoints, 2);
    for (const double temperature : {0.0, 0.5, 20.0, 300.0}) {
      INFO(recipe.name << ", temperature " << temperature);
      JobOptions options = options_of(Quantity::displacements);
      options.displacements.temperature = temperature;
      options.displacements.frequency_min = 1;
      const ChunkResult result =
          run(pool, std::make_shared<Job>(plan, options), make_chunk(points, 0, points.size()));
      const auto found = copied(result.displacements, 6 * model.n_atoms * points.size());
      REQUIRE_FALSE(found.empty());
      double worst = 0;
      for (std::size_t k = 0; k < points.size(); ++k) {
        const ReferenceModes modes = reference.modes(points[k]);
        for (int i = 0; i < model.n_atoms; ++i) {
          Eigen::Matrix3d u = Eigen::Matrix3d::Zero();
          for (int m = 0; m < model.n_modes(); ++m) {
            const double w = modes.frequencies[m];
            if (w < 1) continue;
            const double coth =
                temperature == 0 ? 1.0 : 1 / std::tanh(w / (2 * kBoltzmannInMeVPerKelvin * temperature));
            const Eigen::Vector3cd e = modes.eigenvectors.col(m).segment(3 * i, 3);
            u += (e * e.adjoint()).real() * coth * kHartreeInMeV / w / (4 * model.atom_mass[i]);
          }
          u *= kBohrInAngstrom * kBohrInAngstrom;
          int e6 = 0;
          for (int a = 0; a < 3; ++a)
            for (int b = a; b < 3; ++b, ++e6) {
              keep_worst(worst, std::abs(found[(6 * i + e6) * points.size() + k] - u(a, b)) /
                                    u.cwiseAbs().maxCoeff());
            }
        }
      }
      CHECK(worst < 1e-8);
    }
  }
}

namespace {

JobOptions broadened(const Recipe& r, LineShape shape, std::optional<double> temperature, bool negative_e) {
  JobOptions options = options_of(Quantity::sqw);
  options.scattering = scattering_of(r);
  options.scattering.temperature = temperature;
  options.scattering.negative_e = negative_e;
  options.broadening.shape = shape;
  options.broadening.width = {1.5, -0.01, 2e-4};
  options.broadening.scale = 0.7;
  options.broadening.frequency_scale = 1.1;
  return options;
}

// A sum over modes, and the size of its terms.
struct ModeSum {
  double value = 0, scale = 0;
};

// Lines of unit area at +- f w. structure_factors: those of both sides.
ModeSum line_sum(const JobOptions& options, const std::vector<double>& w,
                 const std::vector<double>& structure_factors, double e, double width) {
  const double f = options.broadening.frequency_scale;
  const auto line = [&](double x) {
    return options.broadening.shape == LineShape::gauss
               ? std::sqrt(4 * std::log(2) / M_PI) / width *
                     std::exp(-4 * std::log(2) * x * x / width / width)
               : width / (2 * M_PI) / (x * x + width * width / 4);
  };
  ModeSum sum;
  for (std::size_t m = 0; m < w.size(); ++m) {
    sum.value += structure_factors[m] * line(e - f * w[m]);
    if (options.scattering.negative_e) sum.value += structure_factors[w.size() + m] * line(e + f * w[m]);
    sum.scale += structure_factors[m] / width;
  }
  return sum;
}

// S w is the weight of a mode; its response goes to the delta functions at +- f w. structure_factors: without
// thermal factors.
ModeSum oscillator_sum(const JobOptions& options, const std::vector<double>& w,
                       const std::vector<double>& structure_factors, double e, double width) {
  const double f = options.broadening.frequency_scale;
  const std::optional<double> temperature = options.scattering.temperature;
  const double kt = kBoltzmannInMeVPerKelvin * temperature.value_or(0);
  double factor = e < 0 ? -1 : 1;  // without a temperature the two sides are equal
  if (temperature) factor = *temperature > 0 ? -1 / std::expm1(-e / kt) : (e < 0 ? 0.0 : 1.0);
  if (e < 0 && !options.scattering.negative_e) factor = 0;
  ModeSum sum;
  for (std::size_t m = 0; m < w.size(); ++m) {
    const double fw2 = f * f * w[m] * std::abs(w[m]);
    const double response =
        2 / M_PI * f * std::abs(w[m]) * e * width / ((e * e - fw2) * (e * e - fw2) + e * e * width * width);
    sum.value += structure_factors[m] * response * factor;
    sum.scale += structure_factors[m] * std::abs(response);
  }
  return sum;
}

// Largest relative error of a job's intensities, against sums over the modes of a structure factor.
double broadening_error(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                        const Points& points, const std::vector<double>& energies) {
  const bool oscillators = options.broadening.shape == LineShape::dho;
  Chunk chunk = make_chunk(points, 0, points.size());
  chunk.energies = energies;
  const auto found =
      copied(run(pool, std::make_shared<Job>(plan, options), chunk).intensities, points.size());
  REQUIRE_FALSE(found.empty());
  JobOptions sums = options;
  sums.quantity = Quantity::structure_factor;
  sums.scattering.negative_e = true;
  if (oscillators) sums.scattering.temperature.reset();
  const Results modes = evaluate(pool, plan, sums, points);
  double worst = 0;
  for (std::size_t k = 0; k < points.size(); ++k) {
    // At E = 0 the limit of E (1 + n(E)) counts, which is kT.
    const double e = oscillators && energies[k] == 0 ? 1e-9 : energies[k];
    const double width = 1.5 - 0.01 * e + 2e-4 * e * e;
    const ModeSum sum = (oscillators ? oscillator_sum : line_sum)(options, modes.frequencies_at(k),
                                                                  modes.structure_factors_at(k), e, width);
    keep_worst(worst, std::abs(found[k] - 0.7 * sum.value) /
                          (0.7 * std::max(std::abs(sum.value), 1e-9 * sum.scale)));
  }
  return worst;
}

}  // namespace

TEST_CASE("core: broadened intensities are sums over modes", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges",
                           "monatomic, 12 x 12 x 12 cells"}) {
    const Recipe& r = recipe(name);
    const auto plan = plan_of(make_crystal(r), SumRule::reciprocal);
    const Points points = Random(r.seed).points(kRandomPoints, 2);
    // Energies over the whole band and beyond, both signs, and zero.
    std::vector<double> energies;
    for (std::size_t k = 0; k < points.size(); ++k) energies.push_back(k == 1 ? 0.0 : -60 + 7.3 * double(k));
    for (const LineShape shape : {LineShape::gauss, LineShape::lorentz, LineShape::dho}) {
      for (const std::optional<double> temperature : {std::optional<double>{}, {0.0}, {0.2}, {300.0}}) {
        for (const bool negative : {false, true}) {
          INFO(name << ", shape " << int(shape) << ", temperature " << temperature.value_or(-1)
                    << ", negative " << negative);
          const JobOptions options = broadened(r, shape, temperature, negative);
          CHECK(broadening_error(pool, plan, options, points, energies) < 1e-8);
        }
      }
    }
  }
}
