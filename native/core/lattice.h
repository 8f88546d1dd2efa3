// Small linear algebra and the geometry of lattices: everything here runs once per plan.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/model.h"

namespace euphonic {

using Vec3 = std::array<double, 3>;
using Mat3 = std::array<Vec3, 3>;  // [row][column]
using Int3 = std::array<int, 3>;

Mat3 matrix3(const double (&m)[3][3]);
double determinant(const Mat3& m);
Mat3 inverse(const Mat3& m);  // throws std::invalid_argument if singular
Mat3 multiply(const Mat3& a, const Mat3& b);
Mat3 transpose(const Mat3& m);
Vec3 multiply(const Vec3& row, const Mat3& m);  // row * m
double dot(const Vec3& a, const Vec3& b);

// Rows: reciprocal-lattice vectors times 2 pi.
Mat3 reciprocal_lattice(const Mat3& cell);

// Half of the nonzero vectors of {-1,0,1}^3, one of each +- pair (13).
std::vector<Int3> half_neighbours();

// Shortest basis of the integer vectors in the metric m, as rows; the unit vectors where they
// are one already.
std::array<Int3, 3> reduced_basis(const Mat3& metric);

// Rows of the same lattice that are as short as can be in the metric m (symmetric, positive definite), in few
// steps however slanted they were.
Mat3 shortest_rows(Mat3 rows, const Mat3& metric);

// The planes f.g = g.g/2 that bound the set of points nearer to 0 than to any other integer vector, in the
// metric m (symmetric, positive definite): one integer vector of each +-. Empty where componentwise rounding
// is already nearest.
std::vector<Vec3> nearest_planes(const Mat3& metric);

// Smallest (f + g).m.(f + g) over the points f of that set, by projections onto its planes; too large by 1e-3
// at most.
double smallest_distance2(const Mat3& metric, const std::vector<Vec3>& planes, const Vec3& g);

// Calls visit for every integer vector v with (v + offset).m.(v + offset) <= radius2, in lexicographic order,
// whatever the shape of the cell (Fincke & Pohst 1985: bounds of each component given the ones before).
template <class Visit>
void for_each_within(const Mat3& m, const Vec3& offset, double radius2, Visit visit) {
  // m = sum over a of q[a] (v_a + sum over b < a of mu[a][b] v_b)^2, the last component eliminated first
  const double q2 = m[2][2], mu20 = m[2][0] / q2, mu21 = m[2][1] / q2;
  const double m11 = m[1][1] - q2 * mu21 * mu21, m10 = m[1][0] - q2 * mu20 * mu21,
               m00 = m[0][0] - q2 * mu20 * mu20;
  const double mu10 = m10 / m11, q0 = m00 - m11 * mu10 * mu10;
  constexpr double kSlack = 1e-9;  // of a component: rounding must not lose a vector on the boundary
  const double r0 = std::sqrt(std::max(0.0, radius2 / q0)) + kSlack;
  for (int x = static_cast<int>(std::ceil(-r0 - offset[0])); x + offset[0] <= r0; ++x) {
    const double dx = x + offset[0], left1 = radius2 - q0 * dx * dx;
    const double r1 = std::sqrt(std::max(0.0, left1 / m11)) + kSlack, c1 = offset[1] + mu10 * dx;
    for (int y = static_cast<int>(std::ceil(-r1 - c1)); y + c1 <= r1; ++y) {
      const double dy = y + offset[1], left2 = left1 - m11 * (y + c1) * (y + c1);
      const double r2 = std::sqrt(std::max(0.0, left2 / q2)) + kSlack, c2 = offset[2] + mu20 * dx + mu21 * dy;
      for (int z = static_cast<int>(std::ceil(-r2 - c2)); z + c2 <= r2; ++z) visit(Int3{x, y, z});
    }
  }
}

// Images of force constants over the Wigner-Seitz cell of the supercell (PHYSICS: equal shares among all
// images inside it or within a relative 0.001 of its faces).
class WignerSeitz {
 public:
  explicit WignerSeitz(const Model& model);
  // Lattice vectors (of the unit cell) of the images of atom j in supercell cell c, as seen from atom i in
  // cell 0.
  void images(int i, int j, int c, std::vector<Int3>& out) const;

 private:
  const Model& model_;
  Mat3 cell_, super_inverse_;
  Mat3 super_;                     // Cartesian supercell vectors, rows
  std::array<Int3, 3> super_int_;  // in unit-cell vectors
  std::vector<Vec3> planes_;       // w / |w|^2
  std::vector<Int3> shifts_;       // supercells, as seen from the nearest one, in which an image can be
  double max_radius2_;             // an image farther away is outside
};

}  // namespace euphonic
