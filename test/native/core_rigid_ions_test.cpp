// Ewald's sum against one that knows nothing of it.
#include <cmath>

#include "core/units.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

Eigen::Matrix3d charge(const Model& model, int atom) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&model.born[9 * atom]);
}

Eigen::Matrix3d dielectric_tensor(const Model& model) {
  Eigen::Matrix3d eps;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) eps(a, b) = model.dielectric[a][b];
  return eps;
}

// The sum over lattice vectors of the bare interaction of dipoles, cut off by a Gaussian of `width` cells:
// one matrix for each q-point.
std::vector<Eigen::MatrixXcd> direct_sums(const Model& model, const Points& points, double width) {
  const int n = model.n_atoms;
  const Eigen::Matrix3d cell = cell_matrix(model), eps = dielectric_tensor(model), inverse = eps.inverse();
  const double edge = std::cbrt(std::abs(cell.determinant()));
  const double range = width * edge / std::sqrt(3.0);  // in the metric of eps^-1, with eps about 3
  const int reach = static_cast<int>(5.5 * width * 1.6);
  std::vector<Eigen::MatrixXcd> at(points.size(), Eigen::MatrixXcd::Zero(3 * n, 3 * n));
  const auto add = [&](int i, int j, int x, int y, int z) {
    const Eigen::Vector3d d =
        cell.transpose() * (atom_position(model, j) - atom_position(model, i) + Eigen::Vector3d(x, y, z));
    const Eigen::Vector3d delta = inverse * d;
    const double d2 = delta.dot(d);
    if (d2 > 30 * range * range) return;
    const Eigen::Matrix3d block =
        charge(model, i) * (inverse / std::pow(d2, 1.5) - 3 * delta * delta.transpose() / std::pow(d2, 2.5)) *
        charge(model, j).transpose() * std::exp(-d2 / (range * range)) / std::sqrt(eps.determinant());
    for (std::size_t k = 0; k < points.size(); ++k)
      at[k].block(3 * i, 3 * j, 3, 3) +=
          block * std::polar(1.0, 2 * M_PI * (points[k][0] * x + points[k][1] * y + points[k][2] * z));
  };
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int x = -reach; x <= reach; ++x)
        for (int y = -reach; y <= reach; ++y)
          for (int z = -reach; z <= reach; ++z)
            if (i != j || x != 0 || y != 0 || z != 0) add(i, j, x, y, z);
  return at;
}

}  // namespace

TEST_CASE("core: rigid ions vibrate as their direct lattice sum says", "[core][heavy]") {
  // No force constants, only dipoles: the sum over lattice vectors of the bare interaction, cut off by a wide
  // Gaussian, extrapolated to infinite width. No lambda, no reciprocal lattice.
  Recipe r = recipe("polar, cubic cell");
  r.shape = CellShape::triclinic;
  Model model = make_crystal(r);
  std::fill(model.force_constants.begin(), model.force_constants.end(), 0.0);
  const int n = model.n_atoms;
  const Eigen::Matrix3d inverse = dielectric_tensor(model).inverse();
  const Points points = {{0, 0, 0}, {0.5, 0, 0}, {0.3, -0.4, 0.45}};
  // Matrices [width][q-point]; the error of each falls with 1 / width^2, 1 / width^4, ...
  std::vector<std::vector<Eigen::MatrixXcd>> sums;
  for (const double width : {3.0, 3.0 * std::sqrt(2.0), 6.0})
    sums.push_back(direct_sums(model, points, width));
  const auto limit = [&](std::size_t k) -> Eigen::MatrixXcd {
    const Eigen::MatrixXcd a = 2 * sums[1][k] - sums[0][k], b = 2 * sums[2][k] - sums[1][k];
    return (4 * b - a) / 3;
  };
  // At the zone centre the cut-off keeps the mean of K K / (K.eps.K) over directions, which is dropped there.
  const double four_pi = 4 * M_PI / std::abs(cell_matrix(model).determinant());
  Eigen::MatrixXcd row_sums = Eigen::MatrixXcd::Zero(3 * n, 3 * n);
  for (int i = 0; i < n; ++i) {
    Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
    for (int j = 0; j < n; ++j)
      sum += limit(0).block(3 * i, 3 * j, 3, 3).real() -
             charge(model, i) * four_pi / 3 * inverse * charge(model, j).transpose();
    row_sums.block(3 * i, 3 * i, 3, 3) = 0.5 * (sum + sum.transpose());
  }
  Pool pool(1);
  const Results found = evaluate(pool, plan_of(model), options_of(Quantity::frequencies), points);
  for (std::size_t k = 1; k < points.size(); ++k) {
    Eigen::MatrixXcd d = limit(k) - row_sums;
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
