#include "core/ewald.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>

#include "core/threads.h"
#include "core/units.h"

namespace euphonic {

namespace {
// Sums at the zone centre are taken until exp(-kGammaCutoff^2), 1e-18.
constexpr double kGammaCutoff = 6.4;

// Only the symmetric part of the dielectric tensor enters K.eps.K.
Mat3 symmetrised(Mat3 m) {
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < a; ++b) m[a][b] = m[b][a] = 0.5 * (m[a][b] + m[b][a]);
  return m;
}

std::string numbers(const double (&m)[3][3]) {
  std::ostringstream out;
  for (int k = 0; k < 9; ++k) out << (k == 0 ? "[" : ", ") << m[k / 3][k % 3];
  out << ']';
  return out.str();
}

}  // namespace

Ewald::Ewald(const Model& model, double lambda)
    : model_(model),
      lambda_(lambda),
      cell_(matrix3(model.cell_vectors)),
      reciprocal_(reciprocal_lattice(cell_)),
      dielectric_(symmetrised(matrix3(model.dielectric))) {
  volume_ = std::abs(determinant(cell_));
  dielectric_inverse_ = inverse(dielectric_);
  root_det_ = std::sqrt(determinant(dielectric_));
  metric_ = multiply(multiply(reciprocal_, dielectric_), transpose(reciprocal_));
  real_metric_ = multiply(multiply(cell_, dielectric_inverse_), transpose(cell_));
  gamma_ = waves({0, 0, 0}, kGammaCutoff);
}

std::vector<Ewald::Wave> Ewald::waves(const Vec3& q, double cutoff) const {
  const bool own_opposite =
      std::all_of(q.begin(), q.end(), [](double x) { return 2 * x == std::floor(2 * x); });
  const double limit = 4 * lambda_ * lambda_ * cutoff * cutoff;
  std::vector<Wave> out;
  for_each_within(metric_, q, limit, [&](const Int3& v) {
    const Vec3 k{q[0] + v[0], q[1] + v[1], q[2] + v[2]};
    if (k == Vec3{0, 0, 0} || (own_opposite && k < Vec3{0, 0, 0})) return;
    const double kek = dot(k, multiply(k, metric_));
    out.push_back({k, multiply(k, reciprocal_),
                   2 * 4 * kPi / volume_ * std::exp(-kek / (4 * lambda_ * lambda_)) / kek});
  });
  return out;
}

Mat3 Ewald::real_block(int i, int j, const Int3& r) const {
  Mat3 out{};
  if (i == j && r[0] == 0 && r[1] == 0 && r[2] == 0) return out;
  Vec3 fractional;
  for (int a = 0; a < 3; ++a) fractional[a] = r[a] + model_.atom_r[3 * j + a] - model_.atom_r[3 * i + a];
  const Vec3 d = multiply(fractional, cell_);
  const Vec3 delta = multiply(d, dielectric_inverse_);  // eps^-1 is symmetric
  const double d2 = lambda_ * lambda_ * dot(delta, d);
  const double big_d = std::sqrt(d2);
  const double erfc = std::erfc(big_d), gauss = 2 * std::exp(-d2) / std::sqrt(kPi);
  const double along = 3 * erfc / (d2 * d2 * big_d) + gauss * (3 / (d2 * d2) + 2 / d2);
  const double across = erfc / (d2 * big_d) + gauss / d2;
  const double prefactor = -lambda_ * lambda_ * lambda_ / root_det_;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b)
      out[a][b] =
          prefactor * (lambda_ * lambda_ * delta[a] * delta[b] * along - dielectric_inverse_[a][b] * across);
  return out;
}

Mat3 Ewald::self_block() const {
  Mat3 out = dielectric_inverse_;
  const double scale = -4 * lambda_ * lambda_ * lambda_ / (3 * std::sqrt(kPi) * root_det_);
  for (Vec3& row : out)
    for (double& x : row) x *= scale;
  return out;
}

std::vector<Int3> Ewald::real_range(int i, int j, double cutoff) const {
  std::vector<Int3> out;
  for_each_real(i, j, cutoff, [&](const Int3& v) { out.push_back(v); });
  return out;
}

Mat3 Ewald::reciprocal_at_gamma(int i, int j) const {
  Vec3 r;
  for (int a = 0; a < 3; ++a) r[a] = model_.atom_r[3 * i + a] - model_.atom_r[3 * j + a];
  Mat3 out{};
  for (const Wave& wave : gamma_) {
    const double w = wave.weight * std::cos(2 * kPi * dot(wave.k, r));
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) out[a][b] += w * wave.cartesian[a] * wave.cartesian[b];
  }
  return out;
}

std::vector<Mat3> Ewald::row_sums(double cutoff, int n_threads, const std::atomic<bool>* cancelled) const {
  const int n = model_.n_atoms;
  const auto add = [](Mat3& to, const Mat3& m) {
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) to[a][b] += m[a][b];
  };
  // Real half: the block of (j, i) at -R is the transpose of that of (i, j) at R, and H is symmetric. Pairs
  // come from all threads, and are added up in the order of atoms.
  const auto first = [n](int i) { return static_cast<std::size_t>(i) * (2 * n - i + 1) / 2; };
  std::vector<Mat3> pairs(first(n));
  for_each_on_threads(n, n_threads, [&](int i) {
    throw_if_cancelled(cancelled);
    for (int j = i; j < n; ++j) {
      Mat3& c = pairs[first(i) + j - i];
      for_each_real(i, j, cutoff, [&](const Int3& r) { add(c, real_block(i, j, r)); });
    }
  });
  std::vector<Mat3> sums(n, Mat3{});
  for_each_on_threads(n, n_threads, [&](int i) {
    for (int j = 0; j < n; ++j)
      add(sums[i], with_born(model_, i, j, pairs[j < i ? first(j) + i - j : first(i) + j - i]));
  });
  add_reciprocal_row_sums(sums, cancelled);
  for (Mat3& s : sums)
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < a; ++b) s[a][b] = s[b][a] = 0.5 * (s[a][b] + s[b][a]);
  return sums;
}

void Ewald::add_reciprocal_row_sums(std::vector<Mat3>& sums, const std::atomic<bool>* cancelled) const {
  const int n = model_.n_atoms;
  // Reciprocal half: sum_j Z_j K cos(G.(r_i - r_j)) through the two sums over j of cos and sin, for all
  // i at once.
  std::vector<double> cosines(n), sines(n);
  for (const Wave& wave : gamma_) {
    throw_if_cancelled(cancelled);
    Vec3 even{}, odd{};
    for (int j = 0; j < n; ++j) {
      const double x = 2 * kPi *
                       (wave.k[0] * model_.atom_r[3 * j] + wave.k[1] * model_.atom_r[3 * j + 1] +
                        wave.k[2] * model_.atom_r[3 * j + 2]);
      cosines[j] = std::cos(x);
      sines[j] = std::sin(x);
      for (int b = 0; b < 3; ++b) {
        double zk = 0;
        for (int c = 0; c < 3; ++c) zk += model_.born[9 * j + 3 * b + c] * wave.cartesian[c];
        even[b] += zk * cosines[j];
        odd[b] += zk * sines[j];
      }
    }
    for (int i = 0; i < n; ++i) {
      for (int a = 0; a < 3; ++a) {
        double zk = 0;
        for (int c = 0; c < 3; ++c) zk += model_.born[9 * i + 3 * a + c] * wave.cartesian[c];
        for (int b = 0; b < 3; ++b)
          sums[i][a][b] += wave.weight * zk * (cosines[i] * even[b] + sines[i] * odd[b]);
      }
    }
  }
}

void check_ewald_vectors(const Model& model) {
  const double lambda = Ewald::balanced_lambda(model);
  const Mat3 dielectric = symmetrised(matrix3(model.dielectric)), inverse_dielectric = inverse(dielectric);
  // In short vectors the search takes no longer than there are vectors within reach.
  const Mat3 cell = shortest_rows(matrix3(model.cell_vectors), inverse_dielectric);
  const Mat3 reciprocal = reciprocal_lattice(cell);
  const auto check = [&](const char* name, const Mat3& metric, double reach) {
    std::size_t count = 0;
    for_each_within(metric, {0, 0, 0}, reach * reach, [&](const Int3&) {
      if (++count <= kMaxEwaldVectors) return;
      std::ostringstream message;
      message << "The Ewald sum of the cell " << numbers(model.cell_vectors)
              << " bohr with the dielectric tensor " << numbers(model.dielectric) << " has more than "
              << kMaxEwaldVectors << ' ' << name << '.';
      throw std::invalid_argument(message.str());
    });
  };
  check("distances", multiply(multiply(cell, inverse_dielectric), transpose(cell)), kEwaldCutoff / lambda);
  check("reciprocal-lattice vectors", multiply(multiply(reciprocal, dielectric), transpose(reciprocal)),
        2 * lambda * kEwaldCutoff);
}

double Ewald::balanced_lambda(const Model& model) {
  const double volume = std::abs(determinant(matrix3(model.cell_vectors)));
  const double det = determinant(symmetrised(matrix3(model.dielectric)));
  return std::sqrt(kPi) * std::cbrt(std::sqrt(det) / volume);
}

Mat3 with_born(const Model& model, int i, int j, const Mat3& m) {
  Mat3 zi, zj;
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      zi[a][b] = model.born[9 * i + 3 * a + b];
      zj[a][b] = model.born[9 * j + 3 * a + b];
    }
  }
  return multiply(multiply(zi, m), transpose(zj));
}

}  // namespace euphonic
