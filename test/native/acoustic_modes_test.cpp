// The modes most like translations, which sum rules give no frequency: found alone as among all.
#include "core/plan/acoustic_modes.h"

#include <atomic>
#include <cmath>

#include "core/cancelled.h"
#include "support/catch.h"
#include "support/crystals.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

// Atoms in a ring with random springs to some others, and elements of up to `broken` that no translation
// survives. A mode becomes unstable by `unstable`.
Eigen::MatrixXd springs(int n_atoms, double broken, double unstable) {
  Random random(7);
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(3 * n_atoms, 3 * n_atoms);
  for (int i = 0; i < n_atoms; ++i) {
    for (int step : {1, 2, 7}) {
      const int j = (i + step) % n_atoms;
      const Eigen::Matrix3d root = random.matrix(1.0);
      const Eigen::Matrix3d k = root * root.transpose() / step;
      m.block<3, 3>(3 * i, 3 * i) += k;
      m.block<3, 3>(3 * j, 3 * j) += k;
      m.block<3, 3>(3 * i, 3 * j) -= k;
      m.block<3, 3>(3 * j, 3 * i) -= k;
    }
  }
  for (int a = 0; a < m.rows(); ++a)
    for (int b = 0; b <= a; ++b) m(a, b) = m(b, a) += broken * random.uniform(-1, 1);
  Eigen::VectorXd optical = Eigen::VectorXd::Zero(m.rows());
  optical.segment<3>(3) << 1, 0, 0;
  optical.segment<3>(12) << -1, 0, 0;
  return m - unstable * optical * optical.transpose();
}

std::vector<double> numbers(const Eigen::MatrixXd& m) { return {m.data(), m.data() + m.size()}; }

// What a sum rule takes away.
Eigen::MatrixXd taken(const AcousticModes& modes) {
  const auto n = static_cast<Eigen::Index>(modes[0].vector.size());
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(n, n);
  for (const Mode& mode : modes) {
    const Eigen::Map<const Eigen::VectorXd> e(mode.vector.data(), n);
    sum += mode.value * e * e.transpose();
  }
  return sum;
}

}  // namespace

TEST_CASE("core: acoustic modes are found without the others", "[core]") {
  const int n_atoms = 70;
  for (const auto& [broken, unstable] :
       {std::pair{1e-6, 0.0}, std::pair{1e-3, 0.0}, std::pair{1e-4, 3.0}, std::pair{0.0, 0.0}}) {
    INFO("broken by " << broken << ", unstable by " << unstable);
    const Eigen::MatrixXd m = springs(n_atoms, broken, unstable);
    const auto expected = acoustic_modes_of_all(n_atoms, numbers(m), nullptr);
    const auto found = acoustic_modes_by_inverse(n_atoms, numbers(m), 1, nullptr);
    REQUIRE(expected);
    REQUIRE(found);
    const double norm = m.cwiseAbs().maxCoeff();
    CHECK((taken(*found) - taken(*expected)).cwiseAbs().maxCoeff() < 1e-11 * norm);
    const auto again = acoustic_modes_by_inverse(n_atoms, numbers(m), 3, nullptr);
    for (int k = 0; k < 3; ++k) {
      CHECK((*again)[k].vector == (*found)[k].vector);
      CHECK((*again)[k].value == (*found)[k].value);
    }
  }
}

TEST_CASE("core: modes that are no translations are not taken for acoustic ones", "[core]") {
  const int n_atoms = 70;
  Random random(3);
  Eigen::MatrixXd m = springs(n_atoms, 1e-4, 0.0);
  for (int i = 0; i < m.rows(); i += 2) m(i, i) += random.uniform(0, 30);
  CHECK(!acoustic_modes_of_all(n_atoms, numbers(m), nullptr));
  CHECK(!acoustic_modes_by_inverse(n_atoms, numbers(m), 2, nullptr));
}

TEST_CASE("core: the search for acoustic modes stops when it is told to", "[core]") {
  const std::atomic<bool> cancelled{true};
  const Eigen::MatrixXd m = springs(20, 1e-4, 0.0);
  CHECK_THROWS_AS(acoustic_modes_by_inverse(20, numbers(m), 2, &cancelled), Cancelled);
  CHECK_THROWS_AS(acoustic_modes_of_all(20, numbers(m), &cancelled), Cancelled);
}
