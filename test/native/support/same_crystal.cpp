#include <cmath>

#include "crystals.h"

namespace euphonic::test {

Model with_atoms_moved(const Model& m, const std::vector<Eigen::Vector3i>& moves) {
  Model out = m;
  const std::size_t n = 3 * static_cast<std::size_t>(m.n_atoms);
  const CellTable cells(m);
  for (int i = 0; i < m.n_atoms; ++i)
    for (int a = 0; a < 3; ++a) out.atom_r[3 * i + a] += moves[i](a);
  for (int c = 0; c < m.n_cells; ++c) {
    for (int i = 0; i < m.n_atoms; ++i) {
      for (int j = 0; j < m.n_atoms; ++j) {
        // Atom j of cell c is now called atom j of the cell that lies moves[j] before it.
        const int to = cells.index(cell_origin(m, c) - moves[j] + moves[i]);
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b)
            out.force_constants[(to * n + 3 * i + a) * n + 3 * j + b] =
                m.force_constants[(c * n + 3 * i + a) * n + 3 * j + b];
      }
    }
  }
  return out;
}

Model translated(const Model& m, const Point& by) {
  Model out = m;
  for (int i = 0; i < m.n_atoms; ++i)
    for (int a = 0; a < 3; ++a) out.atom_r[3 * i + a] += by[a];
  return out;
}

Model with_cell_choice(const Model& m, const Eigen::Matrix3i& u) {
  Model out = m;
  const Eigen::Matrix3d cell = u.cast<double>() * cell_matrix(m);
  const Eigen::Matrix3d inverse = u.cast<double>().inverse();
  const Eigen::Matrix3d super = supercell_matrix(m).cast<double>() * inverse;
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 3; ++k) {
      out.cell_vectors[i][k] = cell(i, k);
      out.sc_matrix[i][k] = static_cast<int>(std::lround(super(i, k)));
    }
  for (int i = 0; i < m.n_atoms; ++i) {
    const Eigen::Vector3d r = inverse.transpose() * atom_position(m, i);
    for (int a = 0; a < 3; ++a) out.atom_r[3 * i + a] = r(a);
  }
  for (int c = 0; c < m.n_cells; ++c) {
    const Eigen::Vector3d o = inverse.transpose() * cell_origin(m, c).cast<double>();
    for (int a = 0; a < 3; ++a) out.cell_origins[3 * c + a] = static_cast<int>(std::lround(o(a)));
  }
  return out;
}

Point transformed(const Point& q, const Eigen::Matrix3i& u) {
  Point out{};
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) out[a] += u(a, b) * q[b];
  return out;
}

}  // namespace euphonic::test
