// Random crystals with the properties that a physical one must have and as few others as possible: the same
// seed gives the same crystal on every machine.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.h"

namespace euphonic::test {

using Point = std::array<double, 3>;
using Points = std::vector<Point>;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  double uniform(double low, double high) { return low + (high - low) * (engine_() / 4294967296.0); }
  int integer(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
  }
  Eigen::Matrix3d matrix(double scale);
  Points points(std::size_t count, double reach);  // components in [-reach, reach)

 private:
  std::mt19937 engine_;
};

enum class CellShape { triclinic, left_handed, cubic, rhombohedral };  // rhombohedral: 24 degrees, as Bi2Te3

struct Recipe {
  std::string name;
  unsigned seed = 1;
  int n_general = 3;  // atoms without inversion symmetry; or, with an inversion centre at a general position:
  int n_pairs = 0;    // pairs of atoms at centre + x and centre - x
  int n_self = 0;     // atoms that are their own image, at centre + half a lattice vector (at most 8)
  bool quarter_pair =
      false;  // the first pair lies at centre +- a/4: each of the two looks like a centre, too
  CellShape shape = CellShape::triclinic;
  std::array<std::array<int, 3>, 3> supercell = {{{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}};
  bool scattered_origins = false;  // cells in any order, each by any representative, the first not 0 0 0
  bool atoms_outside = false;      // atoms in any cell
  bool polar = false;              // Born charges that are not quite neutral
  bool isotropic_charges = false;
  double broken_sum_rule = 1e-4;  // of the self terms, relative
  double asymmetry = 0;           // of Phi(c; i, j) and Phi(-c; j, i)^T, relative to the largest

  bool inversion() const { return n_pairs + n_self > 0; }
  int n_atoms() const { return inversion() ? 2 * n_pairs + n_self : n_general; }
};

// Springs between nearest images that weaken with distance, with a part that is neither central nor
// symmetric. Frequencies reach 50 to 100 meV.
Model make_crystal(const Recipe& recipe);

// The atom that inversion puts in the place of this one: pairs are listed as 1 2 3 3' 2' 1'. Without an
// inversion centre, the atom itself.
int image_of(const Recipe& recipe, int atom);

// One recipe of each kind.
std::vector<Recipe> recipes();
const Recipe& recipe(std::string_view name);

// The cells of a supercell, to find the one that a lattice vector is equal to modulo the supercell.
class CellTable {
 public:
  explicit CellTable(const Model& model);
  int index(const Eigen::Vector3i& lattice_vector) const;

 private:
  std::size_t key(const Eigen::Vector3i& lattice_vector) const;
  Eigen::Matrix<long long, 3, 3> adjugate_;
  long long n_;
  std::map<std::size_t, int> cells_;
};

// The same crystal ...
// ... with every atom i moved by the lattice vector moves[i].
Model with_atoms_moved(const Model& model, const std::vector<Eigen::Vector3i>& moves);
// ... with all positions shifted by the same fractional vector.
Model translated(const Model& model, const Point& by);
// ... in the cell vectors u * (cell vectors), det u = +-1; u q are the coordinates of a q-point in it.
Model with_cell_choice(const Model& model, const Eigen::Matrix3i& u);
Point transformed(const Point& q, const Eigen::Matrix3i& u);

Eigen::Matrix3d cell_matrix(const Model& model);        // rows: cell vectors, bohr
Eigen::Matrix3d reciprocal_matrix(const Model& model);  // rows: reciprocal-lattice vectors times 2 pi, 1/bohr
Eigen::Matrix3i supercell_matrix(const Model& model);   // rows: supercell vectors in cell vectors
Eigen::Vector3d atom_position(const Model& model, int i);  // fractional
Eigen::Vector3i cell_origin(const Model& model, int c);

}  // namespace euphonic::test
