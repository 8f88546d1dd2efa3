#include "core/ewald.h"

#include <algorithm>
#include <cmath>

#include "core/units.h"

namespace euphonic {

namespace {
// Sums at the zone centre are taken until exp(-kGammaCutoff^2), 1e-18.
constexpr double kGammaCutoff = 6.4;
}  // namespace

Ewald::Ewald(const Model& model, double lambda)
    : model_(model),
      lambda_(lambda),
      cell_(matrix3(model.cell_vectors)),
      reciprocal_(reciprocal_lattice(cell_)),
      dielectric_(matrix3(model.dielectric)) {
  volume_ = std::abs(determinant(cell_));
  // Only the symmetric part enters K.eps.K.
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < a; ++b)
      dielectric_[a][b] = dielectric_[b][a] = 0.5 * (dielectric_[a][b] + dielectric_[b][a]);
  dielectric_inverse_ = inverse(dielectric_);
  root_det_ = std::sqrt(determinant(dielectric_));
  metric_ = multiply(multiply(reciprocal_, dielectric_), transpose(reciprocal_));
  real_metric_ = multiply(multiply(cell_, dielectric_inverse_), transpose(cell_));

  const double limit = 4 * lambda_ * lambda_ * kGammaCutoff * kGammaCutoff;
  for_each_within(metric_, {0, 0, 0}, limit, [&](const Int3& v) {
    if (v <= Int3{0, 0, 0}) return;
    const Vec3 g{double(v[0]), double(v[1]), double(v[2])};
    const double kek = dot(g, multiply(g, metric_));
    gamma_.push_back({multiply(g, reciprocal_), g,
                      2 * 4 * kPi / volume_ * std::exp(-kek / (4 * lambda_ * lambda_)) / kek});
  });
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

std::vector<Int3> Ewald::real_range(int i, int j, double cutoff) const {
  Vec3 offset;
  for (int a = 0; a < 3; ++a) offset[a] = model_.atom_r[3 * j + a] - model_.atom_r[3 * i + a];
  std::vector<Int3> out;
  for_each_within(real_metric_, offset, cutoff * cutoff / (lambda_ * lambda_),
                  [&](const Int3& v) { out.push_back(v); });
  return out;
}

Mat3 Ewald::reciprocal_at_gamma(int i, int j) const {
  Vec3 r;
  for (int a = 0; a < 3; ++a) r[a] = model_.atom_r[3 * i + a] - model_.atom_r[3 * j + a];
  Mat3 out{};
  for (const Term& t : gamma_) {
    const double w = t.weight * std::cos(2 * kPi * dot(t.g, r));
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) out[a][b] += w * t.k[a] * t.k[b];
  }
  return out;
}

std::vector<Mat3> Ewald::row_sums(double cutoff, const std::atomic<bool>* cancelled) const {
  const int n = model_.n_atoms;
  std::vector<Mat3> sums(n, Mat3{});
  const auto add = [](Mat3& to, const Mat3& m, double scale) {
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) to[a][b] += scale * m[a][b];
  };
  // Real half: the block of (j, i) at -R is the transpose of that of (i, j) at R, and H is symmetric.
  for (int i = 0; i < n; ++i) {
    throw_if_cancelled(cancelled);
    for (int j = i; j < n; ++j) {
      Mat3 c{};
      for (const Int3& r : real_range(i, j, cutoff)) add(c, real_block(i, j, r), 1);
      add(sums[i], with_born(model_, i, j, c), 1);
      if (j != i) add(sums[j], with_born(model_, j, i, c), 1);
    }
  }
  // Reciprocal half: sum_j Z_j K cos(G.(r_i - r_j)) through the two sums over j of cos and sin, for all
  // i at once.
  std::vector<double> cosines(n), sines(n);
  for (const Term& t : gamma_) {
    Vec3 even{}, odd{};
    for (int j = 0; j < n; ++j) {
      const double x = 2 * kPi *
                       (t.g[0] * model_.atom_r[3 * j] + t.g[1] * model_.atom_r[3 * j + 1] +
                        t.g[2] * model_.atom_r[3 * j + 2]);
      cosines[j] = std::cos(x);
      sines[j] = std::sin(x);
      for (int b = 0; b < 3; ++b) {
        double zk = 0;
        for (int c = 0; c < 3; ++c) zk += model_.born[9 * j + 3 * b + c] * t.k[c];
        even[b] += zk * cosines[j];
        odd[b] += zk * sines[j];
      }
    }
    for (int i = 0; i < n; ++i) {
      for (int a = 0; a < 3; ++a) {
        double zk = 0;
        for (int c = 0; c < 3; ++c) zk += model_.born[9 * i + 3 * a + c] * t.k[c];
        for (int b = 0; b < 3; ++b)
          sums[i][a][b] += t.weight * zk * (cosines[i] * even[b] + sines[i] * odd[b]);
      }
    }
  }
  for (Mat3& s : sums)
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < a; ++b) s[a][b] = s[b][a] = 0.5 * (s[a][b] + s[b][a]);
  return sums;
}

double Ewald::balanced_lambda(const Model& model) {
  const double volume = std::abs(determinant(matrix3(model.cell_vectors)));
  const double det = determinant(matrix3(model.dielectric));
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
