#include "crystals.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

namespace euphonic::test {

namespace {

using Eigen::Matrix3d;
using Eigen::Matrix3i;
using Eigen::Vector3d;
using Eigen::Vector3i;

constexpr double kElectronMassesPerAmu = 1822.888486;
constexpr double kVolumePerAtom = 110;  // bohr^3
constexpr double kShortestBond = 3.2;   // bohr
constexpr double kSpring = 0.06;        // hartree/bohr^2, at the shortest bond
constexpr double kSpringDecay = 1.4;    // bohr
constexpr double kTransverse = 0.12;    // of a spring, relative to its longitudinal part
constexpr double kNonCentral = 0.04;    // random part of a force constant, relative

int determinant(const Matrix3i& s) { return static_cast<int>(std::lround(s.cast<double>().determinant())); }

// Where the four symmetries of a force constant (permutation, inversion, both) take Phi(c; i, j).
struct Place {
  int c, i, j;
  bool transposed;
};

class Maker {
 public:
  explicit Maker(const Recipe& recipe) : r_(recipe), random_(recipe.seed) {}

  Model make() {
    m_.n_atoms = r_.n_atoms();
    cell();
    supercell();
    atoms();
    force_constants();
    if (r_.polar) charges();
    return m_;
  }

 private:
  void cell() {
    const double edge = std::cbrt(kVolumePerAtom * m_.n_atoms);
    Matrix3d a = Matrix3d::Identity();
    if (r_.shape == CellShape::rhombohedral) {
      for (int k = 0; k < 3; ++k) a.row(k) << std::cos(2 * M_PI * k / 3), std::sin(2 * M_PI * k / 3), 4.03;
    } else if (r_.shape != CellShape::cubic) {
      a += random_.matrix(0.22);
    }
    a *= edge / std::cbrt(a.determinant());
    if (r_.shape == CellShape::left_handed) a.row(0).swap(a.row(1));
    for (int i = 0; i < 3; ++i)
      for (int k = 0; k < 3; ++k) m_.cell_vectors[i][k] = a(i, k);
  }

  void supercell() {
    Matrix3i s;
    for (int i = 0; i < 3; ++i)
      for (int k = 0; k < 3; ++k) m_.sc_matrix[i][k] = s(i, k) = r_.supercell[i][k];
    m_.n_cells = std::abs(determinant(s));
    // The lattice vectors of a box that surely holds all cells, the first of each kind.
    std::vector<Vector3i> origins = distinct_cells(s);
    if (r_.scattered_origins) {
      for (std::size_t k = origins.size() - 1; k > 0; --k)
        std::swap(origins[k], origins[random_.integer(0, static_cast<int>(k))]);
      for (Vector3i& o : origins)
        o += s.transpose() * Vector3i(random_.integer(-2, 2), random_.integer(-2, 2), random_.integer(-2, 2));
      if (origins[0] == Vector3i(0, 0, 0)) origins[0] += s.row(0).transpose();
    }
    for (const Vector3i& o : origins)
      for (int a = 0; a < 3; ++a) m_.cell_origins.push_back(o(a));
    cells_ = std::make_unique<CellTable>(m_);
  }

  static std::vector<Vector3i> distinct_cells(const Matrix3i& s) {
    const int n = std::abs(determinant(s));
    const Matrix3d inverse = s.cast<double>().inverse();
    std::vector<Vector3i> out;
    // Those whose coordinates in the supercell lie in [0, 1).
    const int reach = s.cwiseAbs().colwise().sum().maxCoeff();
    for (int x = -reach; x <= reach; ++x)
      for (int y = -reach; y <= reach; ++y)
        for (int z = -reach; z <= reach; ++z) {
          const Vector3d f = inverse.transpose() * Vector3d(x, y, z);
          const double margin = 0.25 / n;
          if ((f.array() > -margin).all() && (f.array() < 1 - margin).all()) out.push_back({x, y, z});
        }
    if (static_cast<int>(out.size()) != n) throw std::logic_error("not all cells of the supercell found");
    return out;
  }

  bool far_from_others(const std::vector<Vector3d>& placed, const Vector3d& r) const {
    const Matrix3d a = cell_matrix(m_);
    for (const Vector3d& other : placed)
      for (int x = -1; x <= 1; ++x)
        for (int y = -1; y <= 1; ++y)
          for (int z = -1; z <= 1; ++z) {
            Vector3d d = r - other;
            for (int k = 0; k < 3; ++k) d(k) -= std::round(d(k));
            d += Vector3d(x, y, z);
            if ((a.transpose() * d).norm() < kShortestBond) return false;
          }
    return true;
  }

  void atoms() {
    std::vector<Vector3d> placed;
    const auto random_position = [&] {
      return Vector3d(random_.uniform(0, 1), random_.uniform(0, 1), random_.uniform(0, 1));
    };
    centre_ = r_.inversion() ? 0.5 * random_position() : Vector3d(0, 0, 0);
    for (int k = 0; k < r_.n_self; ++k)
      placed.push_back(centre_ + 0.5 * Vector3d(k & 1, (k >> 1) & 1, (k >> 2) & 1));
    const int n_placed = r_.inversion() ? r_.n_self + r_.n_pairs : r_.n_general;
    if (r_.quarter_pair) placed.push_back(centre_ + Vector3d(0.25, 0, 0));
    int tries = 0;
    while (static_cast<int>(placed.size()) < n_placed) {
      if (++tries > 200000) throw std::runtime_error("no room for the atoms of " + r_.name);
      const Vector3d r = random_position();
      std::vector<Vector3d> others = placed;
      if (r_.inversion()) {
        others.push_back(2 * centre_ - r);
        for (const Vector3d& other : placed) others.push_back(2 * centre_ - other);
      }
      if (far_from_others(others, r)) placed.push_back(r);
    }
    for (int i = n_placed; i < m_.n_atoms; ++i) placed.push_back(2 * centre_ - placed[image_of(r_, i)]);
    if (r_.atoms_outside)
      for (Vector3d& r : placed)
        r += Vector3d(random_.integer(-3, 3), random_.integer(-3, 3), random_.integer(-3, 3));
    for (int i = 0; i < m_.n_atoms; ++i) {
      for (int a = 0; a < 3; ++a) m_.atom_r.push_back(placed[i](a));
      const double mass = random_.uniform(14, 90) * kElectronMassesPerAmu;
      const int image = image_of(r_, i);
      m_.atom_mass.push_back(image < i ? m_.atom_mass[image] : mass);
    }
  }

  Vector3i image_lattice(int i) const {
    const Vector3d x = atom_position(m_, i) + atom_position(m_, image_of(r_, i)) - 2 * centre_;
    return {int(std::lround(x(0))), int(std::lround(x(1))), int(std::lround(x(2)))};
  }

  using Block = Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;
  Block block(int c, int i, int j) {
    const std::size_t n = 3 * static_cast<std::size_t>(m_.n_atoms);
    return Block(&m_.force_constants[(c * n + 3 * i) * n + 3 * j],
                 Eigen::OuterStride<>(static_cast<Eigen::Index>(n)));
  }

  Matrix3d spring(int c, int i, int j) {
    const Matrix3d super = supercell_matrix(m_).cast<double>() * cell_matrix(m_);
    const Vector3d d = cell_matrix(m_).transpose() *
                       (atom_position(m_, j) - atom_position(m_, i) + cell_origin(m_, c).cast<double>());
    const Vector3d s = (super.transpose()).inverse() * d;
    double shortest = std::numeric_limits<double>::infinity();
    Matrix3d sum = Matrix3d::Zero();
    int ties = 0;
    for (int x = -2; x <= 2; ++x)
      for (int y = -2; y <= 2; ++y)
        for (int z = -2; z <= 2; ++z) {
          const Vector3d n(x - std::round(s(0)), y - std::round(s(1)), z - std::round(s(2)));
          const Vector3d p = d + super.transpose() * n;
          if (p.norm() > shortest + 1e-6) continue;
          if (p.norm() < shortest - 1e-6) {
            sum.setZero();
            ties = 0;
          }
          shortest = std::min(shortest, p.norm());
          const Vector3d u = p.normalized();
          sum += u * u.transpose() + kTransverse * Matrix3d::Identity();
          ++ties;
        }
    const double k = kSpring * std::exp(-(shortest - kShortestBond) / kSpringDecay);
    return -k * (sum / ties + random_.matrix(kNonCentral));
  }

  Place permuted(const Place& p) const {
    return {cells_->index(-cell_origin(m_, p.c)), p.j, p.i, !p.transposed};
  }
  Place inverted(const Place& p) const {
    const Vector3i r = -cell_origin(m_, p.c) + image_lattice(p.i) - image_lattice(p.j);
    return {cells_->index(r), image_of(r_, p.i), image_of(r_, p.j), p.transposed};
  }

  // The mean over the symmetries, put at all of them bit by bit.
  void symmetrise() {
    const int n = m_.n_atoms;
    std::vector<bool> done(static_cast<std::size_t>(m_.n_cells) * n * n, false);
    for (int c = 0; c < m_.n_cells; ++c) {
      for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
          if (done[(static_cast<std::size_t>(c) * n + i) * n + j]) continue;
          const Place here{c, i, j, false};
          std::vector<Place> places = {here, permuted(here)};
          if (r_.inversion()) places.insert(places.end(), {inverted(places[0]), inverted(places[1])});
          Matrix3d mean = Matrix3d::Zero();
          for (const Place& p : places) {
            const Matrix3d value = block(p.c, p.i, p.j);
            mean += (p.transposed ? Matrix3d(value.transpose()) : value) / double(places.size());
          }
          // A place may occur twice, once transposed: then the mean is symmetric but for rounding.
          for (const Place& p : places)
            if (p.transposed && p.c == c && p.i == i && p.j == j)
              mean = (0.5 * (mean + mean.transpose())).eval();
          for (const Place& p : places) {
            block(p.c, p.i, p.j) = p.transposed ? Matrix3d(mean.transpose()) : mean;
            done[(static_cast<std::size_t>(p.c) * n + p.i) * n + p.j] = true;
          }
        }
      }
    }
  }

  void break_permutation_symmetry() {
    const double size = r_.asymmetry * kSpring;
    const int n = m_.n_atoms;
    for (int c = 0; c < m_.n_cells; ++c)
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
          const Matrix3d noise = random_.matrix(size);
          const Place here{c, i, j, false};
          const Place there = r_.inversion() ? inverted(here) : here;
          const bool same = there.c == c && there.i == i && there.j == j;
          block(c, i, j) += noise;
          if (!same) block(there.c, there.i, there.j) += noise;
        }
  }

  void force_constants() {
    const int n = m_.n_atoms;
    m_.force_constants.assign(static_cast<std::size_t>(m_.n_cells) * 9 * n * n, 0.0);
    const int home = cells_->index({0, 0, 0});
    for (int c = 0; c < m_.n_cells; ++c)
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j)
          if (c != home || i != j) block(c, i, j) = spring(c, i, j);
    symmetrise();
    for (int i = 0; i < n; ++i) {
      Matrix3d self = Matrix3d::Zero();
      for (int c = 0; c < m_.n_cells; ++c)
        for (int j = 0; j < n; ++j) self -= block(c, i, j);
      Matrix3d broken = random_.matrix(r_.broken_sum_rule * kSpring);
      self = (0.5 * (self + self.transpose()) + broken + broken.transpose()).eval();
      if (image_of(r_, i) < i) self = block(home, image_of(r_, i), image_of(r_, i));
      block(home, i, i) = self;
    }
    if (r_.asymmetry > 0) break_permutation_symmetry();
  }

  void charges() {
    Matrix3d e = 3.0 * Matrix3d::Identity();
    if (r_.shape != CellShape::cubic) {
      const Matrix3d x = random_.matrix(0.5);
      e += 0.5 * (x + x.transpose());
    }
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) m_.dielectric[a][b] = e(a, b);
    std::vector<Matrix3d> z;
    for (int i = 0; i < m_.n_atoms; ++i) {
      Matrix3d own = (i % 2 == 0 ? 1.2 : -1.2) * Matrix3d::Identity();
      own += r_.isotropic_charges ? Matrix3d(random_.uniform(-0.2, 0.2) * Matrix3d::Identity())
                                  : random_.matrix(0.3);
      z.push_back(image_of(r_, i) < i ? z[image_of(r_, i)] : own);
    }
    Matrix3d sum = Matrix3d::Zero();
    for (const Matrix3d& own : z) sum += own;
    const double remains = 0.01;  // of the charge of the cell
    for (const Matrix3d& own : z)
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b)
          m_.born.push_back(own(a, b) - (1 - remains) * sum(a, b) / static_cast<double>(m_.n_atoms));
  }

  const Recipe& r_;
  Random random_;
  Model m_;
  Vector3d centre_;
  std::unique_ptr<CellTable> cells_;
};

}  // namespace

int image_of(const Recipe& r, int atom) {
  if (!r.inversion() || atom < r.n_self) return atom;
  return 2 * r.n_self + 2 * r.n_pairs - 1 - atom;
}

Model make_crystal(const Recipe& recipe) { return Maker(recipe).make(); }

Eigen::Matrix3d Random::matrix(double scale) {
  Eigen::Matrix3d out;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) out(a, b) = uniform(-scale, scale);
  return out;
}

Points Random::points(std::size_t count, double reach) {
  Points out(count);
  for (Point& q : out)
    for (double& x : q) x = uniform(-reach, reach);
  return out;
}

Eigen::Matrix3i supercell_matrix(const Model& m) {
  Matrix3i s;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) s(i, j) = m.sc_matrix[i][j];
  return s;
}

Eigen::Vector3d atom_position(const Model& m, int i) {
  return {m.atom_r[3 * i], m.atom_r[3 * i + 1], m.atom_r[3 * i + 2]};
}

Eigen::Vector3i cell_origin(const Model& m, int c) {
  return {m.cell_origins[3 * c], m.cell_origins[3 * c + 1], m.cell_origins[3 * c + 2]};
}

Eigen::Matrix3d cell_matrix(const Model& m) {
  Eigen::Matrix3d a;
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 3; ++k) a(i, k) = m.cell_vectors[i][k];
  return a;
}

Eigen::Matrix3d reciprocal_matrix(const Model& m) { return 2 * M_PI * cell_matrix(m).inverse().transpose(); }

CellTable::CellTable(const Model& m) {
  const Matrix3d s = supercell_matrix(m).cast<double>();
  n_ = std::abs(determinant(supercell_matrix(m)));
  const Matrix3d adjugate = s.inverse() * s.determinant();
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) adjugate_(a, b) = std::llround(adjugate(a, b));
  for (int c = 0; c < m.n_cells; ++c) cells_[key(cell_origin(m, c))] = c;
}

// A lattice vector times the adjugate of S, modulo det S.
std::size_t CellTable::key(const Vector3i& v) const {
  std::size_t out = 0;
  for (int b = 0; b < 3; ++b) {
    long long sum = 0;
    for (int a = 0; a < 3; ++a) sum += v(a) * adjugate_(a, b);
    out = out * n_ + ((sum % n_) + n_) % n_;
  }
  return out;
}

int CellTable::index(const Vector3i& lattice_vector) const { return cells_.at(key(lattice_vector)); }

}  // namespace euphonic::test
