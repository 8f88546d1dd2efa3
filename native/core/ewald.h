// The dipole-dipole part of the dynamical matrix: Gonze & Lee, Phys. Rev. B 55, 10355 (1997), eqs 71-75.
// Everything without Born charges and masses unless said otherwise.
#pragma once

#include <cstddef>
#include <vector>

#include "core/cancelled.h"
#include "core/lattice.h"
#include "core/model.h"

namespace euphonic {

// Both halves end where their terms have fallen to exp(-x^2) with this x: 6e-18.
constexpr double kEwaldCutoff = 6.3;

// Most vectors in either half of the sum, reciprocal ones counted once for +-G where a plan keeps them. With
// the balanced lambda there are 190 where cell and dielectric tensor have no long and no short direction, and
// some hundreds for sheets and wires in vacuum.
constexpr std::size_t kMaxEwaldVectors = 4000;

// Throws std::invalid_argument, with a sentence for the user, where a half of the sum with the balanced
// lambda has more vectors than that; takes milliseconds whatever the cell and the dielectric tensor are.
void check_ewald_vectors(const Model& model);

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
  // Calls visit(R) for each of them, in lexicographic order.
  template <class Visit>
  void for_each_real(int i, int j, double cutoff, Visit visit) const {
    Vec3 offset;
    for (int a = 0; a < 3; ++a) offset[a] = model_.atom_r[3 * j + a] - model_.atom_r[3 * i + a];
    for_each_within(real_metric_, offset, cutoff * cutoff / (lambda_ * lambda_), visit);
  }
  // What real_block leaves out of an atom with itself at R = 0, the limit of its smooth part. It would cancel
  // in what a diagonal block loses by its row sum, if both have the same lambda.
  Mat3 self_block() const;
  // K = q + G other than 0, and the weight of K K^T in the reciprocal half: 2 (4 pi / volume)
  // exp(-K.eps.K / 4 lambda^2) / (K.eps.K), doubled because K stands for -K as well.
  struct Wave {
    Vec3 k;          // r.l.u.
    Vec3 cartesian;  // 1/bohr
    double weight;
  };
  // Those with a Gaussian above exp(-cutoff^2); where 2q is a lattice vector, one of each K and -K.
  std::vector<Wave> waves(const Vec3& q, double cutoff) const;
  // Those at q = 0, of the sum of reciprocal_at_gamma.
  const std::vector<Wave>& gamma() const { return gamma_; }
  // The sum over G != 0 at q = 0: sum (4 pi / volume) K K^T / (K.eps.K) exp(-K.eps.K / 4 lambda^2) cos(K.(r_i
  // - r_j)).
  Mat3 reciprocal_at_gamma(int i, int j) const;

  // Row sums at q = 0, Born charges applied, symmetrised: S_i = sum_j Z_i C_ij(0) Z_j^T. [n_atoms]. They
  // depend on lambda by Z_i self_block() Z_i^T, which is left out of them.
  std::vector<Mat3> row_sums(double cutoff, int n_threads, const std::atomic<bool>* cancelled) const;

  // A value of lambda at which both sums have about as many terms.
  static double balanced_lambda(const Model& model);

 private:
  void add_reciprocal_row_sums(std::vector<Mat3>& sums, const std::atomic<bool>* cancelled) const;

  const Model& model_;
  double lambda_, volume_, root_det_;
  Mat3 cell_, reciprocal_, dielectric_, dielectric_inverse_, metric_;
  Mat3 real_metric_;         // cell.eps^-1.cell^T
  std::vector<Wave> gamma_;  // at q = 0
};

// Born charges applied: Z_i m Z_j^T.
Mat3 with_born(const Model& model, int i, int j, const Mat3& m);

}  // namespace euphonic
