// The steps of planning by themselves: small linear algebra, geometry of lattices, images of force constants.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/lattice.h"
#include "core/plan/plan_parts.h"
#include "core/symmetric_eigen.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

Mat3 to_mat3(const Eigen::Matrix3d& m) {
  Mat3 out;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) out[a][b] = m(a, b);
  return out;
}

Eigen::Matrix3d to_eigen(const Mat3& m) {
  Eigen::Matrix3d out;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) out(a, b) = m[a][b];
  return out;
}

Eigen::Matrix3d rows(const std::array<double, 9>& elements) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(elements.data());
}

void check_eigen(const Eigen::MatrixXd& a) {
  const auto n = static_cast<int>(a.rows());
  std::vector<double> upper(static_cast<std::size_t>(n) * n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      upper[static_cast<std::size_t>(i) * n + j] =
          j >= i ? a(i, j) : 1e300;  // only the upper triangle is read
  const SymmetricEigen found = symmetric_eigen(n, upper);
  REQUIRE(found.values.size() == static_cast<std::size_t>(n));
  Eigen::MatrixXd v(n, n);
  Eigen::VectorXd w(n);
  for (int k = 0; k < n; ++k) {
    w(k) = found.values[k];
    for (int i = 0; i < n; ++i) v(i, k) = found.vectors[static_cast<std::size_t>(k) * n + i];
  }
  const double size = std::max(a.norm(), 1e-300);
  CHECK((a * v - v * w.asDiagonal()).norm() < 1e-13 * n * size);
  CHECK((v.transpose() * v - Eigen::MatrixXd::Identity(n, n)).norm() < 1e-13 * n);
  Eigen::VectorXd expected = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a).eigenvalues();
  std::sort(w.begin(), w.end());
  CHECK((w - expected).cwiseAbs().maxCoeff() < 1e-13 * n * size);
}

// A metric of a lattice that is not far from reduced, or not reduced at all.
Eigen::Matrix3d random_metric(Random& random, bool sheared) {
  Eigen::Matrix3d a = Eigen::Matrix3d::Identity() + random.matrix(0.3);
  if (sheared) {
    Eigen::Matrix3d u = Eigen::Matrix3d::Identity();
    u(0, 1) = random.integer(-2, 2);
    u(1, 2) = random.integer(-1, 1);
    a = u * a;
  }
  return a * a.transpose();
}

}  // namespace

TEST_CASE("core: eigenvalues and eigenvectors of a real symmetric matrix", "[core][parts]") {
  Random random(5);
  for (const int n : {1, 2, 3, 4, 9, 30}) {
    INFO(n << " rows");
    Eigen::MatrixXd a(n, n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j <= i; ++j) a(i, j) = a(j, i) = random.uniform(-1, 1);
    check_eigen(a);
    check_eigen(1e-12 * a);
    check_eigen(1e12 * a);
    check_eigen(Eigen::MatrixXd::Zero(n, n));
    check_eigen(Eigen::MatrixXd::Identity(n, n));
    check_eigen(Eigen::MatrixXd::Ones(n, n));  // one eigenvalue n, the others exactly degenerate
    check_eigen(a * a.transpose().eval().topLeftCorner(n, n));
    Eigen::MatrixXd graded = a;  // elements over twelve decades
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) graded(i, j) *= std::pow(10, -12.0 * std::max(i, j) / n);
    check_eigen(graded);
    Eigen::MatrixXd split = a;  // falls apart in two
    for (int i = 0; i < n / 2; ++i)
      for (int j = n / 2; j < n; ++j) split(i, j) = split(j, i) = 0;
    check_eigen(split);
  }
}

TEST_CASE("core: 3x3 matrices", "[core][parts]") {
  Random random(6);
  for (int k = 0; k < 20; ++k) {
    const Eigen::Matrix3d m = random.matrix(2);
    CHECK(determinant(to_mat3(m)) == Approx(m.determinant()));
    CHECK((to_eigen(inverse(to_mat3(m))) - m.inverse()).norm() < 1e-12 * m.inverse().norm());
    CHECK((to_eigen(transpose(to_mat3(m))) - m.transpose()).norm() == 0);
    const Eigen::Matrix3d other = random.matrix(2);
    CHECK((to_eigen(multiply(to_mat3(m), to_mat3(other))) - m * other).norm() < 1e-14);
    const Eigen::Matrix3d product = to_eigen(reciprocal_lattice(to_mat3(m))) * m.transpose();
    CHECK((product - 2 * M_PI * Eigen::Matrix3d::Identity()).norm() < 1e-12 * m.inverse().norm());
  }
  CHECK_THROWS_AS(inverse(Mat3{}), std::invalid_argument);
}

TEST_CASE("core: lattice vectors within reach are those of a search through a box, in its order",
          "[core][parts]") {
  struct Lattice {
    const char* name;
    Eigen::Matrix3d basis;
    Int3 box;  // far larger than the sphere
  };
  const Lattice lattices[] = {
      {"cubic", rows({5, 0, 0, 0, 5, 0, 0, 0, 5}), {6, 6, 6}},
      {"triclinic, left-handed", rows({0.5, 7, 0, 8, 0.25, -1, 1, 0, 9.5}), {6, 6, 6}},
      {"slanted", rows({5, 0, 0, 17, 4, 0, -9, 11, 6}), {50, 14, 5}},
      {"flat", rows({2, 0, 0, 0, 30, 0, 1, 4, 40}), {14, 3, 3}},
  };
  Random random(3);
  const Vec3 offsets[] = {{0, 0, 0},
                          {0.5, 0, -0.5},
                          {random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5), random.uniform(-0.5, 0.5)}};
  for (const Lattice& lattice : lattices) {
    const Eigen::Matrix3d& basis = lattice.basis;
    const Int3& box = lattice.box;
    for (const double reach : {0.0, 4.0, 12.5, 20.0}) {
      for (const Vec3& offset : offsets) {
        const auto length = [&](const Int3& v) {
          return (basis.transpose() * Eigen::Vector3d(v[0] + offset[0], v[1] + offset[1], v[2] + offset[2]))
              .norm();
        };
        std::vector<Int3> expected, found;
        for (int u = -box[0]; u <= box[0]; ++u)
          for (int v = -box[1]; v <= box[1]; ++v)
            for (int w = -box[2]; w <= box[2]; ++w)
              if (length({u, v, w}) <= reach) expected.push_back({u, v, w});
        const double slack = 1e-7;  // what is found beyond the reach is near to it
        for_each_within(to_mat3(basis * basis.transpose()), offset, reach * reach, [&](const Int3& v) {
          if (length(v) <= reach) found.push_back(v);
          CHECK(length(v) <= reach + slack);
        });
        INFO(lattice.name << ", reach " << reach);
        CHECK(found == expected);
      }
    }
  }
}

TEST_CASE("core: lattice vectors within reach include those that are exactly as long", "[core][parts]") {
  // (3, 0, 0), (2, 2, 1) and what is equivalent to them
  int longest = 0;
  for_each_within(to_mat3(0.01 * Eigen::Matrix3d::Identity()), {0, 0, 0}, 0.3 * 0.3,
                  [&](const Int3& v) { longest += v[0] * v[0] + v[1] * v[1] + v[2] * v[2] == 9; });
  CHECK(longest == 6 + 24);
}

TEST_CASE("core: lattice vectors are found at once in a cell whose edges are a million times its height",
          "[core][parts]") {
  const Eigen::Matrix3d basis = rows({5, 0, 0, 5e6, 5, 0, 0, 0, 5});
  int count = 0;
  for_each_within(to_mat3(basis * basis.transpose()), {0, 0, 0}, 5.01 * 5.01, [&](const Int3&) { ++count; });
  CHECK(count == 7);
}

TEST_CASE("core: the shortest rows of a lattice are found however slanted it was", "[core][parts]") {
  Random random(9);
  for (int k = 0; k < 40; ++k) {
    const Eigen::Matrix3d short_rows =
        Eigen::Vector3d(1, 1.5, 2.5).asDiagonal() * (Eigen::Matrix3d::Identity() + random.matrix(0.1));
    const Eigen::Matrix3d metric = random_metric(random, false);
    Eigen::Matrix3d slanted = Eigen::Matrix3d::Identity();
    slanted(1, 0) = random.integer(-3000, 3000);
    slanted(2, 0) = random.integer(-3000, 3000);
    slanted(2, 1) = random.integer(-3000, 3000);
    const Eigen::Matrix3d found = to_eigen(shortest_rows(to_mat3(slanted * short_rows), to_mat3(metric)));
    const auto lengths = [&](const Eigen::Matrix3d& rows) {
      Eigen::Vector3d out = (rows * metric * rows.transpose()).diagonal();
      std::sort(out.begin(), out.end());
      return out;
    };
    // the same lattice
    const Eigen::Matrix3d whole = found * short_rows.inverse();
    CHECK((whole - whole.array().round().matrix()).cwiseAbs().maxCoeff() < 1e-6);
    CHECK(std::abs(whole.determinant()) == Approx(1).epsilon(1e-6));
    // no vector of a sphere is missing in which a shorter basis would lie
    std::vector<double> all;
    const Eigen::Matrix3d m = short_rows * metric * short_rows.transpose();
    for_each_within(to_mat3(m), {0, 0, 0}, lengths(found)(2) * 1.01, [&](const Int3& v) {
      const Eigen::Vector3d x(v[0], v[1], v[2]);
      if (v > Int3{0, 0, 0}) all.push_back(x.dot(m * x));
    });
    CHECK(lengths(found)(0) == Approx(*std::min_element(all.begin(), all.end())).epsilon(1e-6));
    CHECK(lengths(found).prod() <= 2.001 * m.determinant());
  }
}

TEST_CASE("core: half of the neighbours is one of each pair", "[core][parts]") {
  const auto half = half_neighbours();
  CHECK(half.size() == 13);
  for (const Int3& g : half) {
    const Int3 opposite{-g[0], -g[1], -g[2]};
    CHECK(std::count(half.begin(), half.end(), opposite) == 0);
    CHECK(std::count(half.begin(), half.end(), g) == 1);
  }
}

TEST_CASE("core: points between the nearest planes are nearer to 0 than to any lattice vector",
          "[core][parts]") {
  Random random(7);
  for (int k = 0; k < 40; ++k) {
    const Eigen::Matrix3d m = random_metric(random, false);
    auto planes = nearest_planes(to_mat3(m));
    if (planes.empty()) planes = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (int trial = 0; trial < 200; ++trial) {
      Eigen::Vector3d f(random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1));
      const bool between = std::all_of(planes.begin(), planes.end(), [&](const Vec3& p) {
        const Eigen::Vector3d g(p[0], p[1], p[2]);
        return std::abs(f.dot(m * g)) <= 0.5 * g.dot(m * g);
      });
      double nearest = std::numeric_limits<double>::infinity();
      for (int x = -3; x <= 3; ++x)
        for (int y = -3; y <= 3; ++y)
          for (int z = -3; z <= 3; ++z) {
            const Eigen::Vector3d other = f - Eigen::Vector3d(x, y, z);
            nearest = std::min(nearest, other.dot(m * other));
          }
      const double own = f.dot(m * f);
      if (std::abs(own - nearest) > 1e-9 || between) CHECK(between == (own <= nearest * (1 + 1e-9)));
    }
  }
  CHECK(nearest_planes(to_mat3(Eigen::Vector3d(1, 4, 0.3).asDiagonal().toDenseMatrix())).empty());
}

TEST_CASE("core: the smallest distance from a lattice vector to the zone is neither missed nor far too large",
          "[core][parts]") {
  Random random(8);
  for (int k = 0; k < 20; ++k) {
    const Eigen::Matrix3d m = random_metric(random, k % 2 == 1);
    const auto planes = nearest_planes(to_mat3(m));
    const auto inside = planes.empty() ? std::vector<Vec3>{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} : planes;
    std::vector<Eigen::Vector3d> zone = {Eigen::Vector3d(0, 0, 0)};
    while (zone.size() < 3000) {
      const Eigen::Vector3d f(random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(-2, 2));
      if (std::all_of(inside.begin(), inside.end(), [&](const Vec3& p) {
            const Eigen::Vector3d g(p[0], p[1], p[2]);
            return std::abs(f.dot(m * g)) <= 0.5 * g.dot(m * g);
          }))
        zone.push_back(f);
    }
    for (const Eigen::Vector3d& g : {Eigen::Vector3d(1, 0, 0), Eigen::Vector3d(2, -1, 0),
                                     Eigen::Vector3d(3, 1, -4), Eigen::Vector3d(0, 5, 5)}) {
      double smallest = std::numeric_limits<double>::infinity();
      for (const auto& f : zone) smallest = std::min(smallest, (f + g).dot(m * (f + g)));
      const double found = smallest_distance2(to_mat3(m), planes, {g(0), g(1), g(2)});
      INFO("found " << found << ", the smallest of the sample " << smallest);
      CHECK(found * (1 - 1e-3) <= smallest);
      CHECK(found > 0.8 * smallest - 0.05);
    }
  }
}

TEST_CASE("core: force constants are shared over the images that the definition says", "[core][parts]") {
  for (const Recipe& recipe : tested_recipes()) {
    INFO(recipe.name);
    const Model model = make_crystal(recipe);
    const WignerSeitz images(model);
    std::vector<Int3> found;
    int different = 0;
    for (int i = 0; i < model.n_atoms; ++i)
      for (int j = 0; j < model.n_atoms; ++j)
        for (int c = 0; c < model.n_cells; ++c) {
          std::vector<Int3> expected;
          for (const auto& r : wigner_seitz_images(model, i, j, c)) expected.push_back({r(0), r(1), r(2)});
          images.images(i, j, c, found);
          std::sort(expected.begin(), expected.end());
          std::sort(found.begin(), found.end());
          different += found != expected;
        }
    CHECK(different == 0);
  }
}

TEST_CASE("core: cell origins that belong to another supercell are refused", "[core][parts]") {
  // The image of a cell far outside is found by the supercell's own vectors; a singular matrix has none.
  Model model = make_crystal(recipe("triclinic"));
  for (auto& row : model.sc_matrix)
    for (int& x : row) x = 0;
  CHECK_THROWS_AS(make_plan(model, {}), std::invalid_argument);
}

TEST_CASE("core: planning stops when it is told to", "[core][parts]") {
  const Model model = make_crystal(recipe("polar, anisotropic charges"));
  std::atomic<bool> cancelled{true};
  for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace}) {
    PlanOptions options;
    options.asr = rule;
    CHECK_THROWS_AS(make_plan(model, options, &cancelled), Cancelled);
  }
  CHECK_THROWS_AS(symmetric_eigen(30, std::vector<double>(900, 1.0), &cancelled), Cancelled);
  cancelled = false;
  CHECK_NOTHROW(make_plan(model, {}, &cancelled));
}

TEST_CASE("core: dipole parameters that are no positive numbers are refused", "[core][parts]") {
  const Model model = make_crystal(recipe("polar, cubic cell"));
  PlanOptions options;
  for (const double parameter :
       {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    INFO(parameter);
    options.dipole_parameter = parameter;
    CHECK_THROWS_AS(make_plan(model, options), std::invalid_argument);
  }
}

TEST_CASE("core: dipole parameters that would only cost time are not taken as they stand", "[core][parts]") {
  const Model model = make_crystal(recipe("polar, cubic cell"));
  const double best = make_plan(model, {})->info().ewald_lambda;
  for (const double parameter : {1e-300, 0.1, 0.499, 0.5, 2.0, 2.001, 1e300}) {
    INFO(parameter);
    PlanOptions options;
    options.dipole_parameter = parameter;
    const auto plan = make_plan(model, options);
    CHECK(plan->info().ewald_lambda == Approx(best * (parameter < 1 ? 0.5 : 2)).epsilon(2e-3));
    CHECK(plan->info().notes.size() == (parameter == 0.5 || parameter == 2.0 ? 0 : 1));
  }
}

TEST_CASE("core: what a plan says about itself", "[core][parts]") {
  const auto polar = plan_of(make_crystal(recipe("polar, anisotropic charges")));
  CHECK(polar->info().ewald_lambda > 0);
  CHECK(polar->info().n_reciprocal > 1);
  CHECK(polar->n_atoms() == 4);
  CHECK(polar->bytes() > polar->info().n_terms * sizeof(double));
  const auto plain = plan_of(make_crystal(recipe("polar, anisotropic charges")), SumRule::none, false);
  CHECK(plain->info().ewald_lambda == 0);
  CHECK(plain->info().n_reciprocal == 0);
  CHECK(plain->info().n_terms < polar->info().n_terms);
}
