// A crystal with its force constants: immutable input of every calculation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace euphonic {

// Atomic units (bohr, electron masses, hartree/bohr^2). Arrays are row-major.
struct Model {
  int n_atoms = 0;
  int n_cells = 0;
  double cell_vectors[3][3] = {};          // rows: cell vectors, bohr
  std::vector<double> atom_r;              // [n_atoms][3] fractional
  std::vector<double> atom_mass;           // [n_atoms]
  int sc_matrix[3][3] = {};                // rows: supercell vectors in cell vectors
  std::vector<std::int32_t> cell_origins;  // [n_cells][3]
  std::vector<double> force_constants;     // [n_cells][3 n_atoms][3 n_atoms]
  std::vector<double> born;                // [n_atoms][3][3] e, or empty
  double dielectric[3][3] = {};            // meaningful when born is not empty

  bool polar() const { return !born.empty(); }
  int n_modes() const { return 3 * n_atoms; }
  std::size_t bytes() const {
    return sizeof(Model) +
           sizeof(double) * (atom_r.size() + atom_mass.size() + force_constants.size() + born.size()) +
           sizeof(std::int32_t) * cell_origins.size();
  }
};

}  // namespace euphonic
