#include "reference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace euphonic::test {

namespace {

using Eigen::Matrix3cd;
using Eigen::Matrix3d;
using Eigen::MatrixXcd;
using Eigen::MatrixXd;
using Eigen::Vector3d;
using Eigen::Vector3i;

// CODATA 2018
constexpr double kBohrInAngstrom = 0.529177210903;
constexpr double kHartreeInMeV = 27211.386245988;
constexpr double kBoltzmann = 0.08617333262145179;  // meV/K
// Both halves of Ewald's sum until exp(-kCutoff^2) = 3e-22.
constexpr double kCutoff = 7;
constexpr double kZoneCentre = 1e-10;

const std::complex<double> kI(0, 1);

std::complex<double> turn(double x) { return std::polar(1.0, 2 * M_PI * (x - std::round(x))); }

double dot(const Vector3i& r, const Point& q) { return r(0) * q[0] + r(1) * q[1] + r(2) * q[2]; }

Matrix3d charge(const Model& m, int i) {
  Matrix3d z;
  for (int e = 0; e < 9; ++e) z(e / 3, e % 3) = m.born[9 * i + e];
  return z;
}

Matrix3d dielectric(const Model& m) {
  Matrix3d e;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) e(a, b) = 0.5 * (m.dielectric[a][b] + m.dielectric[b][a]);
  return e;
}

// The three modes that are most like translations, none if one of them is so by less than half.
template <class Vectors>
std::vector<int> acoustic(const Vectors& vectors) {
  const auto n = static_cast<int>(vectors.cols());
  std::vector<double> overlap(n, 0.0);
  for (int m = 0; m < n; ++m)
    for (int a = 0; a < 3; ++a) {
      typename Vectors::Scalar sum = 0;
      for (int i = a; i < vectors.rows(); i += 3) sum += vectors(i, m);
      overlap[m] += std::norm(sum);
    }
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int x, int y) { return overlap[x] > overlap[y]; });
  order.resize(3);
  for (int m : order)
    if (overlap[m] <= 0.5 * static_cast<double>(vectors.rows()) / 3) return {};
  return order;
}

// Only the upper triangle counts.
MatrixXcd hermitian(const MatrixXcd& upper) {
  MatrixXcd out = upper;
  for (int i = 0; i < out.rows(); ++i) {
    out(i, i) = out(i, i).real();
    for (int j = 0; j < i; ++j) out(i, j) = std::conj(out(j, i));
  }
  return out;
}

}  // namespace

std::vector<Vector3i> wigner_seitz_images(const Model& m, int i, int j, int c) {
  const Eigen::Matrix3i s = supercell_matrix(m);
  const Matrix3d super = s.cast<double>() * cell_matrix(m);
  const Vector3d d = cell_matrix(m).transpose() *
                     (atom_position(m, j) - atom_position(m, i) + cell_origin(m, c).cast<double>());
  const Vector3d wrap = super.transpose().inverse() * d;
  std::vector<Vector3i> out;
  for (int x = -2; x <= 2; ++x) {
    for (int y = -2; y <= 2; ++y) {
      for (int z = -2; z <= 2; ++z) {
        const Vector3i n(x - int(std::lround(wrap(0))), y - int(std::lround(wrap(1))),
                         z - int(std::lround(wrap(2))));
        const Vector3d p = d + super.transpose() * n.cast<double>();
        bool inside = true;
        for (int k = 0; k < 27; ++k) {
          const Vector3d w = super.transpose() * Vector3d(k / 9 - 1, k / 3 % 3 - 1, k % 3 - 1);
          if (w.norm() > 0) inside = inside && std::abs(p.dot(w)) / w.squaredNorm() <= 0.5 + 0.001;
        }
        if (inside) out.push_back(cell_origin(m, c) + s.transpose() * n);
      }
    }
  }
  return out;
}

Reference::Reference(const Model& model, SumRule rule, bool dipole, double lambda_scale)
    : model_(model), dipole_(dipole && model.polar()) {
  const bool realspace = rule == SumRule::realspace;
  force_terms(realspace && !dipole_ ? realspace_corrected() : model.force_constants);
  if (dipole_) ewald(lambda_scale);
  if (realspace && dipole_) force_terms(realspace_corrected_with_dipoles());
  if (rule == SumRule::reciprocal) {
    const MatrixXcd gamma = unweighted({0, 0, 0}, {});
    const Eigen::SelfAdjointEigenSolver<MatrixXcd> eigen(gamma);
    const auto modes = acoustic(eigen.eigenvectors());
    rule_applied_ = !modes.empty();
    MatrixXcd correction = MatrixXcd::Zero(gamma.rows(), gamma.cols());
    for (std::size_t k = 0; k < modes.size(); ++k) {
      const auto e = eigen.eigenvectors().col(modes[k]);
      correction -= (eigen.eigenvalues()(modes[k]) + 5e-15 * double(k)) * e * e.adjoint();
    }
    correction_ = correction;
  }
}

void Reference::force_terms(const std::vector<double>& fc) {
  const int n = model_.n_atoms;
  const std::size_t n3 = 3 * static_cast<std::size_t>(n);
  terms_.assign(static_cast<std::size_t>(n) * n, {});
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int c = 0; c < model_.n_cells; ++c) {
        Matrix3d phi;
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b) phi(a, b) = fc[(c * n3 + 3 * i + a) * n3 + 3 * j + b];
        const auto images = wigner_seitz_images(model_, i, j, c);
        for (const Vector3i& r : images) terms(i, j).push_back({r, phi / double(images.size())});
      }
}

// The matrix of the whole supercell: Phi of the cells c and d is that of cell 0 and d - c.
std::vector<double> Reference::realspace_corrected() {
  const int n3 = 3 * model_.n_atoms, cells = model_.n_cells;
  const std::size_t block = static_cast<std::size_t>(n3) * n3;
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const CellTable table(model_);
  MatrixXd full(n3 * cells, n3 * cells);
  for (int c = 0; c < cells; ++c)
    for (int d = 0; d < cells; ++d) {
      const int k = table.index(cell_origin(model_, d) - cell_origin(model_, c));
      full.block(c * n3, d * n3, n3, n3) =
          Eigen::Map<const RowMajor>(model_.force_constants.data() + k * block, n3, n3);
    }
  std::vector<double> out = model_.force_constants;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(full, Eigen::ComputeEigenvectors);
  const auto modes = acoustic(eigen.eigenvectors());
  rule_applied_ = !modes.empty();
  const double smallest = eigen.eigenvalues().cwiseAbs().minCoeff();
  const int home = table.index({0, 0, 0});
  for (int m : modes) {
    const auto e = eigen.eigenvectors().col(m);
    for (int c = 0; c < cells; ++c) {
      Eigen::Map<RowMajor> to(out.data() + c * block, n3, n3);
      // Rows of the cell at the origin, wherever it stands in the list.
      to -= (eigen.eigenvalues()(m) + 1e-8 * smallest) * e.segment(home * n3, n3) *
            e.segment(c * n3, n3).transpose();
    }
  }
  return out;
}

// Force constants and dipoles together have no force on a crystal that moves as a whole.
std::vector<double> Reference::realspace_corrected_with_dipoles() {
  const MatrixXcd gamma = unweighted({0, 0, 0}, {});
  const Eigen::SelfAdjointEigenSolver<MatrixXcd> eigen(gamma);
  const auto modes = acoustic(eigen.eigenvectors());
  rule_applied_ = !modes.empty();
  MatrixXcd excess = MatrixXcd::Zero(gamma.rows(), gamma.cols());
  for (int m : modes)
    excess += eigen.eigenvalues()(m) * eigen.eigenvectors().col(m) * eigen.eigenvectors().col(m).adjoint();
  std::vector<double> out = model_.force_constants;
  const std::size_t n = gamma.rows();
  for (std::size_t k = 0; k < out.size(); ++k) out[k] -= excess(k / n % n, k % n).real() / model_.n_cells;
  return out;
}

void Reference::ewald(double lambda_scale) {
  const int n = model_.n_atoms;
  const Matrix3d cell = cell_matrix(model_), eps = dielectric(model_), inverse = eps.inverse();
  const double volume = std::abs(cell.determinant()), det = eps.determinant();
  lambda_ = lambda_scale * 1.6 * std::pow(det, 1.0 / 6) / std::cbrt(volume);
  const Eigen::SelfAdjointEigenSolver<Matrix3d> axes(eps);
  const double eps_min = axes.eigenvalues()(0), eps_max = axes.eigenvalues()(2);

  // |d| <= reach where d.eps^-1.d lambda^2 <= cutoff^2; a lattice vector's components are its products with
  // the reciprocal ones.
  const double reach = kCutoff / lambda_ * std::sqrt(eps_max);
  const Matrix3d cell_inverse = cell.inverse();
  dipole_terms_.assign(static_cast<std::size_t>(n) * n, {});
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      const Vector3d apart = atom_position(model_, j) - atom_position(model_, i);
      int low[3], high[3];
      for (int a = 0; a < 3; ++a) {
        const double bound = reach * cell_inverse.col(a).norm();
        low[a] = int(std::floor(-bound - apart(a)));
        high[a] = int(std::ceil(bound - apart(a)));
      }
      for (int x = low[0]; x <= high[0]; ++x)
        for (int y = low[1]; y <= high[1]; ++y)
          for (int z = low[2]; z <= high[2]; ++z) {
            if (i == j && x == 0 && y == 0 && z == 0) continue;
            const Vector3d d = cell.transpose() * (apart + Vector3d(x, y, z));
            const Vector3d delta = inverse * d;
            const double y1 = lambda_ * std::sqrt(delta.dot(d));
            if (y1 > kCutoff) continue;
            const double erfc = std::erfc(y1), gauss = 2 / std::sqrt(M_PI) * std::exp(-y1 * y1);
            const Matrix3d h =
                lambda_ * lambda_ * delta * delta.transpose() *
                    (3 * erfc / std::pow(y1, 5) + gauss * (3 / std::pow(y1, 4) + 2 / std::pow(y1, 2))) -
                inverse * (erfc / std::pow(y1, 3) + gauss / std::pow(y1, 2));
            dipole_terms_[i * n + j].push_back({{x, y, z}, -std::pow(lambda_, 3) / std::sqrt(det) * h});
          }
    }
  }
  // |q + G| up to cutoff, and q up to half of the longest diagonal of the reciprocal cell.
  const Matrix3d b = reciprocal_matrix(model_);
  const double longest = b.row(0).norm() + b.row(1).norm() + b.row(2).norm();
  const double g_reach = 2 * lambda_ * kCutoff / std::sqrt(eps_min) + 0.5 * longest;
  int bound[3];
  for (int a = 0; a < 3; ++a) bound[a] = int(std::ceil(g_reach * cell.row(a).norm() / (2 * M_PI)));
  for (int x = -bound[0]; x <= bound[0]; ++x)
    for (int y = -bound[1]; y <= bound[1]; ++y)
      for (int z = -bound[2]; z <= bound[2]; ++z)
        if ((b.transpose() * Vector3d(x, y, z)).norm() <= g_reach) g_vectors_.push_back({x, y, z});

  for (int i = 0; i < n; ++i) {
    Matrix3d sum = Matrix3d::Zero();
    for (int j = 0; j < n; ++j)
      sum += charge(model_, i) * dipole_block(i, j, {0, 0, 0}, {}).real() * charge(model_, j).transpose();
    row_sums_.push_back(0.5 * (sum + sum.transpose()));
  }
}

Matrix3cd Reference::dipole_block(int i, int j, const Point& q, const std::optional<Point>& direction) const {
  Point f;
  bool centre = true;
  for (int a = 0; a < 3; ++a) {
    f[a] = q[a] - std::round(q[a]);
    centre = centre && std::abs(f[a]) <= kZoneCentre;
  }
  Matrix3cd sum = Matrix3cd::Zero();
  for (const Term& t : dipole_terms_[i * model_.n_atoms + j]) sum += t.phi * turn(dot(t.r, f));
  const Matrix3d b = reciprocal_matrix(model_), eps = dielectric(model_);
  const double four_pi = 4 * M_PI / std::abs(cell_matrix(model_).determinant());
  const Vector3d apart = atom_position(model_, i) - atom_position(model_, j);
  const Vector3d fractional(f[0], f[1], f[2]);
  for (const Vector3i& g : g_vectors_) {
    if (centre && g == Vector3i(0, 0, 0)) {
      if (!direction) continue;
      const Vector3d k = b.transpose() * Vector3d((*direction)[0], (*direction)[1], (*direction)[2]);
      sum += four_pi / k.dot(eps * k) * k * k.transpose();
      continue;
    }
    const Vector3d turns = (centre ? Vector3d(0, 0, 0) : fractional) + g.cast<double>();
    const Vector3d k = b.transpose() * turns;
    const double kek = k.dot(eps * k);
    const double exponent = kek / (4 * lambda_ * lambda_);
    if (exponent > kCutoff * kCutoff) continue;
    sum += four_pi / kek * std::exp(-exponent) * turn(turns.dot(apart)) * k * k.transpose();
  }
  return sum;
}

MatrixXcd Reference::unweighted(const Point& q, const std::optional<Point>& direction) const {
  const int n = model_.n_atoms;
  MatrixXcd d = MatrixXcd::Zero(3 * n, 3 * n);
  for (int i = 0; i < n; ++i) {
    for (int j = i; j < n; ++j) {
      Matrix3cd sum = Matrix3cd::Zero();
      for (const Term& t : terms(i, j)) sum += t.phi * turn(dot(t.r, q));
      if (dipole_)
        sum += charge(model_, i) * dipole_block(i, j, q, direction) * charge(model_, j).transpose();
      if (dipole_ && i == j) sum -= row_sums_[i];
      d.block(3 * i, 3 * j, 3, 3) = sum;
    }
  }
  if (correction_.size() > 0) d += correction_;
  return hermitian(d);
}

MatrixXcd Reference::matrix(const Point& q, const std::optional<Point>& direction) const {
  MatrixXcd d = unweighted(q, direction);
  for (int i = 0; i < d.rows(); ++i)
    for (int j = 0; j < d.cols(); ++j)
      d(i, j) /= std::sqrt(model_.atom_mass[i / 3] * model_.atom_mass[j / 3]);
  return d;
}

ReferenceModes Reference::modes(const Point& q, const std::optional<Point>& direction) const {
  const Eigen::SelfAdjointEigenSolver<MatrixXcd> eigen(matrix(q, direction));
  ReferenceModes out;
  for (double x : eigen.eigenvalues())
    out.frequencies.push_back(std::copysign(std::sqrt(std::abs(x)), x) * kHartreeInMeV);
  out.eigenvectors = eigen.eigenvectors();
  return out;
}

std::vector<double> Reference::structure_factors(const Point& q, const ReferenceModes& modes,
                                                 const Scattering& s) const {
  const int n = model_.n_atoms;
  const Vector3d big_q = reciprocal_matrix(model_).transpose() * Vector3d(q[0], q[1], q[2]);
  std::vector<double> created, absorbed;
  for (int m = 0; m < 3 * n; ++m) {
    std::complex<double> amplitude = 0;
    for (int i = 0; i < n; ++i) {
      double w = 0;
      if (!s.debye_waller.empty() && s.temperature)
        for (int e = 0; e < 9; ++e)
          w += big_q(e / 3) * s.debye_waller[9 * i + e] * big_q(e % 3) / (kBohrInAngstrom * kBohrInAngstrom);
      const Vector3d r = atom_position(model_, i);
      const Eigen::Vector3cd e = modes.eigenvectors.col(m).segment(3 * i, 3).conjugate();
      amplitude += s.lengths[i] / (kBohrInAngstrom * 1e5) / std::sqrt(model_.atom_mass[i]) *
                   (big_q.cast<std::complex<double>>().transpose() * e).value() *
                   turn(q[0] * r(0) + q[1] * r(1) + q[2] * r(2)) * std::exp(-w);
    }
    const double omega = std::abs(modes.frequencies[m]);
    const double bohr2_in_mbarn = kBohrInAngstrom * kBohrInAngstrom * 1e11;
    const double value = std::norm(amplitude) * bohr2_in_mbarn / (2.0 * n * omega / kHartreeInMeV);
    double up = 1, down = 1;
    if (s.temperature && s.bose) {
      const double bose = *s.temperature == 0 ? 0.0 : 1 / std::expm1(omega / (kBoltzmann * *s.temperature));
      up = 1 + bose;
      down = bose;
    }
    created.push_back(value * up);
    absorbed.push_back(value * down);
  }
  if (s.negative_e) created.insert(created.end(), absorbed.begin(), absorbed.end());
  return created;
}

}  // namespace euphonic::test
