// Total force constants lose the dipole-dipole part of their supercell, and nothing else.
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "core/ewald.h"
#include "core/plan/plan.h"
#include "core/total_force_constants.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/direct_sum.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

// What is subtracted.
std::vector<double> dipole_part(const Model& model, int n_threads = 1, double lambda_scale = 1) {
  std::vector<double> out(model.force_constants.size(), 0.0);
  subtract_dipole_part(model, out.data(), n_threads, nullptr, lambda_scale);
  for (double& x : out) x = -x;
  return out;
}

double largest(const std::vector<double>& values) {
  double out = 0;
  for (double x : values) keep_worst(out, std::abs(x));
  return out;
}

// Some q-points for which q.S is whole, the zone centre among them.
Points commensurate_points(const Model& model) {
  const Eigen::Matrix3d inverse = supercell_matrix(model).cast<double>().inverse();
  Points out;
  for (const Eigen::Vector3d& m :
       {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(1, 0, 0), Eigen::Vector3d(0, -1, 0),
        Eigen::Vector3d(2, 1, 1), Eigen::Vector3d(-3, 2, 1)}) {
    const Eigen::Vector3d q = inverse * m;
    out.push_back({q(0), q(1), q(2)});
  }
  return out;
}

// Sum over the cells, [3n,3n], not mass-weighted.
Eigen::MatrixXcd at(const Model& model, const std::vector<double>& force_constants, const Point& q) {
  const int n = 3 * model.n_atoms;
  Eigen::MatrixXcd out = Eigen::MatrixXcd::Zero(n, n);
  for (int c = 0; c < model.n_cells; ++c) {
    const Eigen::Vector3i r = cell_origin(model, c);
    const auto phase = std::polar(1.0, 2 * M_PI * (q[0] * r(0) + q[1] * r(1) + q[2] * r(2)));
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        out(i, j) += phase * force_constants[(static_cast<std::size_t>(c) * n + i) * n + j];
  }
  return out;
}

std::vector<Model> polar_models() {
  std::vector<Model> out;
  for (Recipe recipe : recipes()) {
    if (!recipe.polar) continue;
    out.push_back(make_crystal(recipe));
    recipe.supercell = {{{0, 2, 1}, {2, 0, 1}, {1, 1, 2}}};
    recipe.scattered_origins = true;
    out.push_back(make_crystal(recipe));
  }
  return out;
}

}  // namespace

TEST_CASE("core: what total force constants lose is the dipole term at each q of the supercell", "[core]") {
  for (const Model& model : polar_models()) {
    Model dipoles = model;
    std::fill(dipoles.force_constants.begin(), dipoles.force_constants.end(), 0.0);
    const Reference reference(dipoles, SumRule::none);
    const std::vector<double> part = dipole_part(model);
    for (const Point& q : commensurate_points(model)) {
      const Eigen::MatrixXcd found = at(model, part, q), expected = reference.matrix(q);
      double worst = 0;
      for (int i = 0; i < found.rows(); ++i)
        for (int j = 0; j < found.cols(); ++j) {
          const double mass = std::sqrt(model.atom_mass[i / 3] * model.atom_mass[j / 3]);
          keep_worst(worst, std::abs(found(i, j) - mass * expected(i, j)));
        }
      INFO(model.n_atoms << " atoms, " << model.n_cells << " cells, q " << q[0] << ' ' << q[1] << ' '
                         << q[2]);
      CHECK(worst <= 1e-13 * largest(part));
    }
  }
}

TEST_CASE("core: what total force constants lose is the direct sum over dipoles", "[core][heavy]") {
  Recipe r = recipe("polar, cubic cell");
  r.shape = CellShape::triclinic;
  r.isotropic_charges = false;
  const Model model = make_crystal(r);
  const std::vector<double> part = dipole_part(model);
  const Points points = {{0, 0, 0}, {0.5, 0, 0}, {0.5, -0.5, 0.5}};
  const std::vector<Eigen::MatrixXcd> expected = direct_dipole_sums(model, points);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const Eigen::MatrixXcd found = at(model, part, points[k]);
    INFO("q-point " << k);
    CHECK((found - expected[k]).cwiseAbs().maxCoeff() < 2e-5 * found.cwiseAbs().maxCoeff());
  }
}

TEST_CASE("core: total force constants lose the same with every lambda of Ewald's sum", "[core]") {
  for (const Model& model : polar_models()) {
    const std::vector<double> here = dipole_part(model);
    for (const double scale : {0.6, 0.8, 1.3, 1.7}) {
      const std::vector<double> there = dipole_part(model, 1, scale);
      double worst = 0;
      for (std::size_t k = 0; k < here.size(); ++k) keep_worst(worst, std::abs(there[k] - here[k]));
      INFO(model.n_atoms << " atoms, " << model.n_cells << " cells, scale " << scale);
      CHECK(worst <= 1e-13 * largest(here));
    }
  }
}

TEST_CASE("core: total force constants keep the sums of their rows", "[core]") {
  for (const Model& model : polar_models()) {
    const std::vector<double> part = dipole_part(model);
    const int n = 3 * model.n_atoms;
    double worst = 0;
    for (int i = 0; i < n; ++i) {
      // symmetrised for each atom, as in the dipole term itself
      for (int b = 0; b < 3; ++b) {
        double sum = 0;
        for (int c = 0; c < model.n_cells; ++c) {
          for (int j = b; j < n; j += 3) {
            const int transposed = 3 * (i / 3) + b, column = j - b + i % 3;
            sum += part[(static_cast<std::size_t>(c) * n + i) * n + j] +
                   part[(static_cast<std::size_t>(c) * n + transposed) * n + column];
          }
        }
        keep_worst(worst, std::abs(sum));
      }
    }
    CHECK(worst <= 1e-13 * largest(part));
  }
}

TEST_CASE("core: total force constants lose the same bits on any number of threads", "[core][pool]") {
  const Model model = make_crystal(recipe("polar, anisotropic charges"));
  const std::vector<double> one = dipole_part(model);
  for (const int n_threads : {0, 2, 3, 100}) {
    const std::vector<double> many = dipole_part(model, n_threads);
    CHECK(std::memcmp(one.data(), many.data(), one.size() * sizeof(double)) == 0);
  }
}

TEST_CASE("core: the subtraction from total force constants stops when it is told to", "[core][pool]") {
  Model model = make_crystal(recipe("polar, inversion, isotropic charges"));  // of one cell
  std::atomic<bool> cancelled{true};
  CHECK_THROWS_AS(subtract_dipole_part(model, model.force_constants.data(), 2, &cancelled), Cancelled);
  // of so many atoms that it would take seconds
  Random random(12);
  model.n_atoms = 800;
  const std::size_t n = model.n_atoms;
  model.atom_r.resize(3 * n);
  for (double& x : model.atom_r) x = random.uniform(0, 1);
  model.born.resize(9 * n, 1.0);
  std::vector<double> force_constants(9 * n * n);
  cancelled = false;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancelled = true;
  });
  CHECK_THROWS_AS(subtract_dipole_part(model, force_constants.data(), 2, &cancelled), Cancelled);
  other.join();
}

TEST_CASE("core: Ewald's sum of too many terms is refused, by planning as well", "[core]") {
  struct Shape {
    double cell[3][3], dielectric[3][3];
    const char* refused;  // empty: not at all
  };
  const Shape shapes[] = {
      {{{8, 0, 0}, {0, 8, 0}, {0, 0, 9}}, {{2, 0, 0}, {0, 3, 0}, {0, 0, 2}}, ""},
      {{{6, 0, 0}, {0, 6, 0}, {0, 0, 60}}, {{2, 0, 0}, {0, 3, 0}, {0, 0, 2}}, ""},
      // its antisymmetric part has no effect
      {{{8, 0, 0}, {0, 8, 0}, {0, 0, 9}}, {{2, 9e4, 0}, {-9e4, 3, 0}, {0, 0, 2}}, ""},
      {{{5000, 0, 0}, {0, 5000, 0}, {0, 0, 3}},
       {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}},
       "more than 4000 reciprocal"},
      {{{5000, 0, 0}, {0, 2, 0}, {0, 0, 2}}, {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}}, "more than 4000 distances"},
      {{{8, 0, 0}, {0, 8, 0}, {0, 0, 1}},
       {{0.1, 0, 0}, {0, 0.1, 0}, {0, 0, 1e5}},
       "more than 4000 reciprocal"},
      {{{5000, 0, 0}, {5000, 1, 0}, {5000, 0, 1}},
       {{2, 0, 0}, {0, 2, 0}, {0, 0, 2}},
       "more than 4000 distances"},
  };
  for (const Shape& shape : shapes) {
    Model model = make_crystal(recipe("polar, cubic cell"));
    std::memcpy(model.cell_vectors, shape.cell, sizeof shape.cell);
    std::memcpy(model.dielectric, shape.dielectric, sizeof shape.dielectric);
    INFO(shape.cell[1][0] << ' ' << shape.cell[2][2] << ' ' << shape.dielectric[0][0] << ' '
                          << shape.refused);
    if (*shape.refused == 0) {
      CHECK_NOTHROW(check_ewald_vectors(model));
      CHECK_NOTHROW(make_plan(model, {}));
    } else {
      CHECK_THROWS_WITH(check_ewald_vectors(model), ContainsSubstring(shape.refused));
      CHECK_THROWS_WITH(make_plan(model, {}), ContainsSubstring(shape.refused));
      CHECK_THROWS_WITH(dipole_part(model), ContainsSubstring(shape.refused));
    }
  }
}

TEST_CASE("core: Ewald's sum has as many terms however a cell is described", "[core]") {
  Model model = make_crystal(recipe("polar, cubic cell"));
  const double slanted[3][3] = {{8, 0, 0}, {1600, 8, 0}, {80, 800, 8}};
  std::memcpy(model.cell_vectors, slanted, sizeof slanted);
  CHECK_NOTHROW(check_ewald_vectors(model));
}

TEST_CASE("core: whether Ewald's sum has too many terms is known in milliseconds", "[core]") {
  // cells and tensors as far from any crystal as a model may be
  Random random(11);
  Model model;
  double slowest = 0;
  for (int trial = 0; trial < (kSanitized ? 300 : 3000); ++trial) {
    double box = 1;
    for (auto& row : model.cell_vectors) {
      const double edge = 0.5 * std::pow(1e4, random.uniform(0, 1));
      Eigen::Vector3d v;
      for (int a = 0; a < 3; ++a)
        v(a) = std::pow(10, random.uniform(-6, 0)) * (random.integer(0, 1) == 0 ? 1 : -1);
      for (int a = 0; a < 3; ++a) row[a] = edge * v(a) / v.norm();
      box *= edge;
    }
    for (int a = 0; a < 3; ++a) model.dielectric[a][a] = 0.1 * std::pow(1e6, random.uniform(0, 1));
    if (std::abs(cell_matrix(model).determinant()) < 1e-6 * box) continue;
    const double before = static_cast<double>(std::clock());
    try {
      check_ewald_vectors(model);
    } catch (const std::invalid_argument&) {
    }
    slowest = std::max(slowest, (static_cast<double>(std::clock()) - before) / CLOCKS_PER_SEC);
  }
  INFO(slowest << " s");
  CHECK(slowest < (kSanitized ? 0.5 : 0.03));
}
