#include "direct_sum.h"

#include <cmath>
#include <complex>

namespace euphonic::test {

namespace {

using Eigen::Matrix3d;
using Eigen::MatrixXcd;
using Eigen::Vector3d;

Matrix3d charge(const Model& model, int i) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&model.born[9 * i]);
}

Matrix3d dielectric(const Model& model) {
  Matrix3d eps;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) eps(a, b) = model.dielectric[a][b];
  return eps;
}

// At each point; the Gaussian falls to 1/e at `width` edges of the cell, in vacuum and with eps about 3.
std::vector<MatrixXcd> cut_off_sums(const Model& model, const Points& points, double width) {
  const int n = model.n_atoms;
  const Matrix3d cell = cell_matrix(model), eps = dielectric(model), inverse = eps.inverse();
  const double range = width * std::cbrt(std::abs(cell.determinant())) / std::sqrt(3.0);
  const int reach = static_cast<int>(5.5 * width * 1.6);
  std::vector<MatrixXcd> at(points.size(), MatrixXcd::Zero(3 * n, 3 * n));
  const auto add = [&](int i, int j, int x, int y, int z) {
    const Vector3d d =
        cell.transpose() * (atom_position(model, j) - atom_position(model, i) + Vector3d(x, y, z));
    const Vector3d delta = inverse * d;
    const double d2 = delta.dot(d);
    if (d2 > 30 * range * range) return;
    const Matrix3d block =
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

std::vector<MatrixXcd> direct_dipole_sums(const Model& model, const Points& points) {
  const int n = model.n_atoms;
  Points with_centre = points;
  with_centre.push_back({0, 0, 0});
  // the error of each falls with 1 / width^2, 1 / width^4, ...
  std::vector<std::vector<MatrixXcd>> sums;
  for (const double width : {3.0, 3.0 * std::sqrt(2.0), 6.0})
    sums.push_back(cut_off_sums(model, with_centre, width));
  std::vector<MatrixXcd> out;
  for (std::size_t k = 0; k < with_centre.size(); ++k) {
    const MatrixXcd a = 2 * sums[1][k] - sums[0][k], b = 2 * sums[2][k] - sums[1][k];
    out.push_back((4 * b - a) / 3);
  }
  // At a lattice point the cut-off keeps the mean of K K / (K.eps.K) over directions, which a macroscopic
  // field is.
  const Matrix3d mean =
      4 * M_PI / std::abs(cell_matrix(model).determinant()) / 3 * dielectric(model).inverse();
  for (std::size_t k = 0; k < with_centre.size(); ++k) {
    const Point& q = with_centre[k];
    if (q[0] != std::round(q[0]) || q[1] != std::round(q[1]) || q[2] != std::round(q[2])) continue;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        out[k].block(3 * i, 3 * j, 3, 3) -= charge(model, i) * mean * charge(model, j).transpose();
  }
  const MatrixXcd centre = out.back();
  out.pop_back();
  for (int i = 0; i < n; ++i) {
    Matrix3d sum = Matrix3d::Zero();
    for (int j = 0; j < n; ++j) sum += centre.block(3 * i, 3 * j, 3, 3).real();
    for (MatrixXcd& d : out) d.block(3 * i, 3 * i, 3, 3) -= 0.5 * (sum + sum.transpose());
  }
  return out;
}

}  // namespace euphonic::test
