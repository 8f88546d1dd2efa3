// Ewald's sum against one that knows nothing of it.
#include <cmath>

#include "core/units.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/direct_sum.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

TEST_CASE("core: rigid ions vibrate as their direct lattice sum says", "[core][heavy]") {
  // No force constants, only dipoles.
  Recipe r = recipe("polar, cubic cell");
  r.shape = CellShape::triclinic;
  Model model = make_crystal(r);
  std::fill(model.force_constants.begin(), model.force_constants.end(), 0.0);
  const int n = model.n_atoms;
  const Points points = {{0.5, 0, 0}, {0.3, -0.4, 0.45}};
  const std::vector<Eigen::MatrixXcd> sums = direct_dipole_sums(model, points);
  Pool pool(1);
  const Results found = evaluate(pool, plan_of(model), options_of(Quantity::frequencies), points);
  for (std::size_t k = 0; k < points.size(); ++k) {
    Eigen::MatrixXcd d = sums[k];
    for (int i = 0; i < 3 * n; ++i)
      for (int j = 0; j < 3 * n; ++j) d(i, j) /= std::sqrt(model.atom_mass[i / 3] * model.atom_mass[j / 3]);
    const Eigen::VectorXd squares = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXcd>(d).eigenvalues();
    const auto w = found.frequencies_at(k);
    for (int m = 0; m < 3 * n; ++m) {
      const double square = w[m] * std::abs(w[m]) / (kHartreeInMeV * kHartreeInMeV);
      INFO("q-point " << k << ", mode " << m << " of " << w[m] << " meV");
      CHECK(std::abs(square - squares(m)) < 2e-5 * squares.cwiseAbs().maxCoeff());
    }
  }
}
