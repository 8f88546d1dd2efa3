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

TEST_CASE("core: broadened intensities are sums over modes", "[core]") {
  Pool pool(1);
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges",
                           "monatomic, 12 x 12 x 12 cells"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const auto plan = plan_of(model, SumRule::reciprocal);
    Points points = Random(r.seed).points(kRandomPoints, 2);
    // Energies over the whole band and beyond, both signs, and zero.
    std::vector<double> energies;
    for (std::size_t k = 0; k < points.size(); ++k) energies.push_back(k == 1 ? 0.0 : -60 + 7.3 * double(k));
    for (const LineShape shape : {LineShape::gauss, LineShape::lorentz, LineShape::dho}) {
      for (const std::optional<double> temperature : {std::optional<double>{}, {0.0}, {0.2}, {300.0}}) {
        for (const bool negative : {false, true}) {
          INFO(name << ", shape " << int(shape) << ", temperature " << temperature.value_or(-1)
                    << ", negative " << negative);
          JobOptions options = options_of(Quantity::sqw);
          options.scattering = scattering_of(r);
          options.scattering.temperature = temperature;
          options.scattering.negative_e = negative;
          options.broadening.shape = shape;
          options.broadening.width = {1.5, -0.01, 2e-4};
          options.broadening.scale = 0.7;
          options.broadening.frequency_scale = 1.1;
          Chunk chunk = make_chunk(points, 0, points.size());
          chunk.energies = energies;
          const auto found =
              copied(run(pool, std::make_shared<Job>(plan, options), chunk).intensities, points.size());
          REQUIRE_FALSE(found.empty());

          JobOptions sums = options;
          sums.quantity = Quantity::structure_factor;
          sums.scattering.negative_e = true;
          if (shape == LineShape::dho) sums.scattering.temperature.reset();
          const Results modes = evaluate(pool, plan, sums, points);
          double worst = 0;
          for (std::size_t k = 0; k < points.size(); ++k) {
            const auto w = modes.frequencies_at(k), s = modes.structure_factors_at(k);
            const double e = energies[k], width = 1.5 - 0.01 * e + 2e-4 * e * e, f = 1.1;
            double sum = 0, scale = 0;
            for (std::size_t m = 0; m < w.size(); ++m) {
              const auto line = [&](double x) {
                return shape == LineShape::gauss ? std::sqrt(4 * std::log(2) / M_PI) / width *
                                                       std::exp(-4 * std::log(2) * x * x / width / width)
                                                 : width / (2 * M_PI) / (x * x + width * width / 4);
              };
              if (shape == LineShape::dho) {
                // S w is the weight of the mode; its response goes to the delta functions at +- f w.
                const double fw2 = f * f * w[m] * std::abs(w[m]);
                const double response = 2 / M_PI * f * std::abs(w[m]) * e * width /
                                        ((e * e - fw2) * (e * e - fw2) + e * e * width * width);
                const double kt = kBoltzmannInMeVPerKelvin * temperature.value_or(0);
                double factor = e < 0 ? -1 : 1;  // without a temperature the two sides are equal
                if (temperature) factor = *temperature > 0 ? -1 / std::expm1(-e / kt) : (e < 0 ? 0.0 : 1.0);
                if (e == 0) factor = 0;  // seen below
                if (e < 0 && !negative) factor = 0;
                sum += s[m] * response * factor;
                scale += s[m] * std::abs(response);
              } else {
                sum += s[m] * line(e - f * w[m]);
                if (negative) sum += s[w.size() + m] * line(e + f * w[m]);
                scale += s[m] / width;
              }
            }
            if (shape == LineShape::dho && e == 0) continue;
            keep_worst(worst, std::abs(found[k] - 0.7 * sum) / (0.7 * std::max(std::abs(sum), 1e-9 * scale)));
          }
          CHECK(worst < 1e-8);
        }
      }
    }
  }
}
