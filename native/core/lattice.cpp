#include "core/lattice.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/units.h"

namespace euphonic {

namespace {

// Relative distance from a face of the Wigner-Seitz cell within which an image counts as lying on it.
constexpr double kFaceTolerance = 0.001;
// Supercells searched in each direction around the nearest image.
constexpr int kSearch = 2;

double quadratic(const Mat3& m, const Vec3& v) { return dot(v, multiply(v, transpose(m))); }

}  // namespace

Mat3 matrix3(const double (&m)[3][3]) {
  Mat3 out;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out[i][j] = m[i][j];
  return out;
}

double determinant(const Mat3& m) {
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

Mat3 inverse(const Mat3& m) {
  const double det = determinant(m);
  if (!(std::abs(det) > 0))
    throw std::invalid_argument(
        "a 3x3 matrix of the model (cell, supercell or dielectric tensor) is singular");
  Mat3 out;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const int a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, e = (i + 2) % 3;
      out[i][j] = (m[a][c] * m[b][e] - m[a][e] * m[b][c]) / det;
    }
  }
  return out;
}

Mat3 multiply(const Mat3& a, const Mat3& b) {
  Mat3 out;
  for (int i = 0; i < 3; ++i) out[i] = multiply(a[i], b);
  return out;
}

Mat3 transpose(const Mat3& m) {
  Mat3 out;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out[i][j] = m[j][i];
  return out;
}

Vec3 multiply(const Vec3& row, const Mat3& m) {
  Vec3 out{};
  for (int j = 0; j < 3; ++j) out[j] = row[0] * m[0][j] + row[1] * m[1][j] + row[2] * m[2][j];
  return out;
}

double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Mat3 reciprocal_lattice(const Mat3& cell) {
  Mat3 out = transpose(inverse(cell));
  for (Vec3& row : out)
    for (double& x : row) x *= 2 * kPi;
  return out;
}

std::vector<Int3> half_neighbours() {
  std::vector<Int3> out;
  for (int x = 0; x <= 1; ++x)
    for (int y = -1; y <= 1; ++y)
      for (int z = -1; z <= 1; ++z)
        if (x > 0 || y > 0 || (y == 0 && z > 0)) out.push_back({x, y, z});
  return out;
}

std::array<Int3, 3> reduced_basis(const Mat3& metric) {
  std::array<Int3, 3> basis = {Int3{1, 0, 0}, Int3{0, 1, 0}, Int3{0, 0, 1}};
  const auto length2 = [&](const Int3& v) {
    return quadratic(metric, {double(v[0]), double(v[1]), double(v[2])});
  };
  // A vector that the two others can shorten is replaced, until none is left; every step shortens,
  // so it ends.
  for (bool changed = true; changed;) {
    changed = false;
    for (int k = 0; k < 3; ++k) {
      const Int3 &p = basis[(k + 1) % 3], &q = basis[(k + 2) % 3];
      Int3 best = basis[k];
      for (int x = -1; x <= 1; ++x) {
        for (int y = -1; y <= 1; ++y) {
          Int3 candidate = basis[k];
          for (int a = 0; a < 3; ++a) candidate[a] += x * p[a] + y * q[a];
          if (length2(candidate) < length2(best) * (1 - 1e-9)) best = candidate;
        }
      }
      changed = changed || best != basis[k];
      basis[k] = best;
    }
  }
  return basis;
}

Mat3 shortest_rows(Mat3 rows, const Mat3& metric) {
  const auto product = [&](const Vec3& v, const Vec3& w) { return dot(v, multiply(w, metric)); };
  for (bool changed = true; changed;) {
    changed = false;
    for (int k = 0; k < 3; ++k) {
      const Vec3 p = rows[(k + 1) % 3], q = rows[(k + 2) % 3];
      const auto try_adding = [&](double x, double y) {
        Vec3 candidate;
        for (int a = 0; a < 3; ++a) candidate[a] = rows[k][a] + x * p[a] + y * q[a];
        if (!(product(candidate, candidate) < product(rows[k], rows[k]) * (1 - 1e-9))) return;
        rows[k] = candidate;
        changed = true;
      };
      try_adding(-std::round(product(rows[k], p) / product(p, p)), 0);
      try_adding(0, -std::round(product(rows[k], q) / product(q, q)));
      for (double x : {-1, 1})
        for (double y : {-1, 1}) try_adding(x, y);
    }
  }
  return rows;
}

std::vector<Vec3> nearest_planes(const Mat3& metric) {
  const bool orthogonal = std::abs(metric[0][1]) + std::abs(metric[0][2]) + std::abs(metric[1][2]) <
                          1e-12 * (metric[0][0] + metric[1][1] + metric[2][2]);
  if (orthogonal) return {};
  const std::array<Int3, 3> basis = reduced_basis(metric);
  const auto combine = [&](int x, int y, int z) {
    Vec3 v;
    for (int a = 0; a < 3; ++a) v[a] = x * basis[0][a] + y * basis[1][a] + z * basis[2][a];
    return v;
  };
  std::vector<Vec3> out;
  for (const Int3& n : half_neighbours()) {
    const Vec3 g = combine(n[0], n[1], n[2]);
    const Vec3 half{0.5 * g[0], 0.5 * g[1], 0.5 * g[2]};
    const double own = quadratic(metric, half);
    bool bounds = true;
    for (int x = -2; x <= 2 && bounds; ++x)
      for (int y = -2; y <= 2 && bounds; ++y)
        for (int z = -2; z <= 2 && bounds; ++z) {
          const bool self = (x == 0 && y == 0 && z == 0) || (x == n[0] && y == n[1] && z == n[2]);
          const Vec3 other = combine(x, y, z);
          if (!self && quadratic(metric, {half[0] - other[0], half[1] - other[1], half[2] - other[2]}) <
                           own * (1 + 1e-9))
            bounds = false;
        }
    if (bounds) out.push_back(g);
  }
  return out;
}

double smallest_distance2(const Mat3& metric, const std::vector<Vec3>& planes, const Vec3& g) {
  // Hildreth's method for the nearest point to -g in the polytope |f.m.a| <= a.m.a / 2.
  static const std::vector<Vec3> kAxes = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  constexpr int kMaxSweeps = 60;
  constexpr double kSettled = 1e-5;
  struct Side {
    Vec3 a, normal;
    double multiplier;
  };
  Side sides[2 * 13];
  int n = 0;
  for (const Vec3& a : planes.empty() ? kAxes : planes) {
    const Vec3 m = multiply(a, metric);
    const double aa = dot(a, m);
    for (double sign : {1.0, -1.0})
      sides[n++] = {
          {sign * a[0], sign * a[1], sign * a[2]}, {sign * m[0] / aa, sign * m[1] / aa, sign * m[2] / aa}, 0};
  }
  Vec3 f{-g[0], -g[1], -g[2]};
  for (int sweep = 0; sweep < kMaxSweeps; ++sweep) {
    double moved = 0;
    for (int k = 0; k < n; ++k) {
      Side& s = sides[k];
      const double step = std::max(-s.multiplier, dot(f, s.normal) - 0.5);
      if (step == 0) continue;
      s.multiplier += step;
      for (int c = 0; c < 3; ++c) f[c] -= step * s.a[c];
      moved = std::max(moved, std::abs(step));
    }
    if (moved < kSettled) break;
  }
  return quadratic(metric, {f[0] + g[0], f[1] + g[1], f[2] + g[2]});
}

WignerSeitz::WignerSeitz(const Model& model) : model_(model), cell_(matrix3(model.cell_vectors)) {
  Mat3 s;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      super_int_[i][j] = model.sc_matrix[i][j];
      s[i][j] = model.sc_matrix[i][j];
    }
  }
  super_ = multiply(s, cell_);
  super_inverse_ = inverse(super_);
  max_radius2_ = 0;
  for (const Int3& n : half_neighbours()) {
    Vec3 w = multiply(Vec3{double(n[0]), double(n[1]), double(n[2])}, super_);
    const double length2 = dot(w, w);
    planes_.push_back({w[0] / length2, w[1] / length2, w[2] / length2});
  }
  // A point of the cell is no farther out than half the sum of the supercell's edges.
  double reach = 0;
  for (const Vec3& v : super_) reach += std::sqrt(dot(v, v));
  max_radius2_ = 0.25 * reach * reach * (1 + 4 * kFaceTolerance);
  // An atom lies within half a supercell of the nearest one, whose image a shift moves across a plane or not
  // far enough.
  constexpr double kSlack = 1e-6;
  for (int x = -kSearch; x <= kSearch; ++x) {
    for (int y = -kSearch; y <= kSearch; ++y) {
      for (int z = -kSearch; z <= kSearch; ++z) {
        const bool reaches = std::all_of(planes_.begin(), planes_.end(), [&](const Vec3& g) {
          const double h[3] = {dot(super_[0], g), dot(super_[1], g), dot(super_[2], g)};
          const double spread = 0.5 * (std::abs(h[0]) + std::abs(h[1]) + std::abs(h[2]));
          return std::abs(x * h[0] + y * h[1] + z * h[2]) <= 0.5 + kFaceTolerance + spread + kSlack;
        });
        if (reaches) shifts_.push_back({x, y, z});
      }
    }
  }
}

void WignerSeitz::images(int i, int j, int c, std::vector<Int3>& out) const {
  out.clear();
  const double* ri = &model_.atom_r[3 * i];
  const double* rj = &model_.atom_r[3 * j];
  const std::int32_t* origin = &model_.cell_origins[3 * c];
  Vec3 fractional;
  for (int a = 0; a < 3; ++a) fractional[a] = rj[a] - ri[a] + origin[a];
  const Vec3 d = multiply(fractional, cell_);
  // The nearest image first: atoms may lie any number of supercells apart.
  const Vec3 s = multiply(d, super_inverse_);
  Int3 shift;
  for (int a = 0; a < 3; ++a) shift[a] = -static_cast<int>(std::lround(s[a]));
  for (const Int3& step : shifts_) {
    const int n[3] = {shift[0] + step[0], shift[1] + step[1], shift[2] + step[2]};
    Vec3 p;
    for (int a = 0; a < 3; ++a) p[a] = d[a] + n[0] * super_[0][a] + n[1] * super_[1][a] + n[2] * super_[2][a];
    if (dot(p, p) > max_radius2_) continue;
    const bool inside = std::all_of(planes_.begin(), planes_.end(), [&](const Vec3& g) {
      return std::abs(dot(p, g)) <= 0.5 + kFaceTolerance;
    });
    if (!inside) continue;
    Int3 lattice;
    for (int a = 0; a < 3; ++a)
      lattice[a] = origin[a] + n[0] * super_int_[0][a] + n[1] * super_int_[1][a] + n[2] * super_int_[2][a];
    out.push_back(lattice);
  }
  if (out.empty())
    throw std::invalid_argument(
        "an atom of the supercell has no image in its Wigner-Seitz cell; are the supercell matrix and the "
        "cell origins right?");
}

}  // namespace euphonic
