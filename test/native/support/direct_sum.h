// Dipoles summed over the lattice in space, with nothing of Ewald's method.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "core/model.h"
#include "crystals.h"

namespace euphonic::test {

// The dipole-dipole part of the dynamical matrix, not mass-weighted, [3n,3n] at each q (r.l.u.), without a
// macroscopic field, each atom's own block less the symmetrised sum of its row at q = 0. The sum of the bare
// interaction is cut off by a wide Gaussian and extrapolated to infinite width: within 2e-5 of its largest
// element, in a crystal whose cell vectors are about equally long.
std::vector<Eigen::MatrixXcd> direct_dipole_sums(const Model& model, const Points& points);

}  // namespace euphonic::test
