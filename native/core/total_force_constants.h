// Total force constants are those of all forces in a supercell, as phonopy and VASP write them; a Model of a
// polar crystal holds what is left without their dipole-dipole part.
#pragma once

#include <atomic>

#include "core/model.h"

namespace euphonic {

// Subtracts the dipole-dipole part from total force constants. It is that of the supercell repeated
// periodically, without a macroscopic field, as a calculation of forces in the supercell contains it: Gonze &
// Lee, Phys. Rev. B 55, 10355 (1997), eqs 71-75, at the q-points that are commensurate with the supercell.
//
// model: polar; its own force constants are not read. force_constants: [n_cells][3n][3n] hartree/bohr^2.
// Their bits do not depend on n_threads; lambda_scale multiplies the lambda of Ewald's sum, on which only the
// time depends. Throws what check_ewald_vectors does, and Cancelled, which leaves force constants of no use.
void subtract_dipole_part(const Model& model, double* force_constants, int n_threads,
                          const std::atomic<bool>* cancelled = nullptr, double lambda_scale = 1);

}  // namespace euphonic
