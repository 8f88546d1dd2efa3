// The formulas as they are written in the literature, summed term by term without any thought of speed: what
// the kernel is compared with. Shares nothing with it but the Model.
#pragma once

#include <Eigen/Dense>
#include <complex>
#include <optional>
#include <vector>

#include "core/model.h"
#include "core/plan/plan.h"
#include "core/pool/pool.h"
#include "crystals.h"

namespace euphonic::test {

struct ReferenceModes {
  std::vector<double> frequencies;  // [3n] meV, ascending, imaginary ones negative
  Eigen::MatrixXcd eigenvectors;    // columns, cell gauge
};

class Reference {
 public:
  // lambda_scale multiplies the lambda of Ewald's sum, on which nothing depends.
  Reference(const Model& model, SumRule rule, bool dipole = true, double lambda_scale = 1);

  // Mass-weighted dynamical matrix in the cell gauge, hartree^2, at q (r.l.u.). At a lattice point K = 0 is
  // dropped, or replaced by its limit along `direction` (r.l.u., any length).
  Eigen::MatrixXcd matrix(const Point& q, const std::optional<Point>& direction = {}) const;
  ReferenceModes modes(const Point& q, const std::optional<Point>& direction = {}) const;

  // One-phonon coherent structure factors in mbarn per atom at Q = q, [3n], or [6n] with negative_e.
  std::vector<double> structure_factors(const Point& q, const ReferenceModes& modes,
                                        const Scattering& scattering) const;

  bool rule_applied() const { return rule_applied_; }

 private:
  struct Term {
    Eigen::Vector3i r;
    Eigen::Matrix3d phi;
  };
  void force_terms(const std::vector<double>& force_constants);
  std::vector<double> realspace_corrected();
  std::vector<double> realspace_corrected_with_dipoles();
  Eigen::MatrixXcd unweighted(const Point& q, const std::optional<Point>& direction) const;
  Eigen::Matrix3cd dipole_block(int i, int j, const Point& q, const std::optional<Point>& direction) const;
  void ewald(double lambda_scale);
  std::vector<Term>& terms(int i, int j) { return terms_[i * model_.n_atoms + j]; }
  const std::vector<Term>& terms(int i, int j) const { return terms_[i * model_.n_atoms + j]; }

  Model model_;
  bool dipole_;
  bool rule_applied_ = true;
  std::vector<std::vector<Term>> terms_;         // [n][n] force constants
  std::vector<std::vector<Term>> dipole_terms_;  // [n][n] real half of Ewald's sum, without charges
  std::vector<Eigen::Vector3i> g_vectors_;
  double lambda_ = 0;
  std::vector<Eigen::Matrix3d> row_sums_;
  Eigen::MatrixXcd correction_;  // A of the reciprocal sum rule
};

// Lattice vectors over which a force constant is shared, straight from the definition: all supercell images
// with |d.g| <= 0.5 + 0.001 for g = w / |w|^2, w = the 0, +-1 combinations of the supercell vectors.
std::vector<Eigen::Vector3i> wigner_seitz_images(const Model& model, int i, int j, int c);

}  // namespace euphonic::test
