// The dipole-dipole part of the dynamical matrix: Gonze & Lee, Phys. Rev. B 55, 10355 (1997), eqs 71-75.
// Everything without Born charges and masses unless said otherwise.
#pragma once

#include <vector>

#include "core/cancelled.h"
#include "core/lattice.h"
#include "core/model.h"

namespace euphonic {

class Ewald {
 public:
  // lambda: where the sum is divided between its two halves, 1/bohr.
  Ewald(const Model& model, double lambda);

  double lambda() const { return lambda_; }
  double volume() const { return volume_; }
  const Mat3& reciprocal() const { return reciprocal_; }
  const Mat3& dielectric() const { return dielectric_; }
  // b.eps.b^T: (q + G).eps.(q + G) in r.l.u.
  const Mat3& metric() const { return metric_; }

  // -lambda^3 / sqrt(det eps) H(lambda d) for atom j at lattice vector R from atom i; zero for an
  // atom with itself.
  Mat3 real_block(int i, int j, const Int3& r) const;
  // Lattice vectors R at which that can exceed exp(-cutoff^2) times its prefactors.
  std::vector<Int3> real_range(int i, int j, double cutoff) const;
  // The sum over G != 0 at q = 0: sum (4 pi / volume) K K^T / (K.eps.K) exp(-K.eps.K / 4 lambda^2) cos(K.(r_i
  // - r_j)).
  Mat3 reciprocal_at_gamma(int i, int j) const;

  // Row sums at q = 0, Born charges applied, symmetrised: S_i = sum_j Z_i C_ij(0) Z_j^T. [n_atoms]
  std::vector<Mat3> row_sums(double cutoff, const std::atomic<bool>* cancelled) const;
  std::size_t n_gamma() const { return gamma_.size(); }

  // A value of lambda at which both sums have about as many terms.
  static double balanced_lambda(const Model& model);

 private:
  const Model& model_;
  double lambda_, volume_, root_det_;
  Mat3 cell_, reciprocal_, dielectric_, dielectric_inverse_, metric_;
  Mat3 real_metric_;  // cell.eps^-1.cell^T
  struct Term {
    Vec3 k;
    Vec3 g;
    double weight;
  };
  std::vector<Term> gamma_;  // half of the G vectors, weight doubled
};

// Born charges applied: Z_i m Z_j^T.
Mat3 with_born(const Model& model, int i, int j, const Mat3& m);

}  // namespace euphonic
