// Tests of core/kernel/diagonalise-inl.h.
#if defined(EUPHONIC_DIAGONALISE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_DIAGONALISE_TEST_INL
#undef EUPHONIC_DIAGONALISE_TEST_INL
#else
#define EUPHONIC_DIAGONALISE_TEST_INL
#endif

#include "core/kernel/diagonalise-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Without vectors: a whole batch of lanes, in chains.
test::Diagonalised FindValues(const test::Tridiagonals& given) {
  const std::size_t n = given.n;
  const test::Lanes diagonal(given.diagonal, kLanes), off(given.off, kLanes), z(n * kLanes);
  const Tridiagonal t{diagonal.get(), off.get()};
  test::Diagonalised out;
  for (std::size_t v = 0; v < kBatchVectors; v += kChainVectors)
    out.rotations += diagonalise<kChainVectors>(given.n, t, z.get(), v * kN, nullptr, nullptr);
  out.values = diagonal.columns(kLanes, kLanes);
  out.first_row = z.columns(kLanes, kLanes);
  return out;
}

// With vectors: the last vector of lanes of the batch, with eigenvalues that are known.
test::Diagonalised FindVectors(const test::Tridiagonals& given) {
  const std::size_t n = given.n, lane = (kBatchVectors - 1) * kN;
  const test::Lanes known(given.diagonal, kLanes), known_off(given.off, kLanes), z(n * kLanes);
  diagonalise<1>(given.n, Tridiagonal{known.get(), known_off.get()}, z.get(), lane, nullptr, nullptr);
  const test::Lanes diagonal(given.diagonal, kLanes), off(given.off, kLanes), rows(n * n * kN),
      sweeps(KeptSweeps::scratch(given.n));
  const VectorJob job{rows.get(), sweeps.get(), known.get()};
  test::Diagonalised out;
  out.rotations =
      diagonalise<1>(given.n, Tridiagonal{diagonal.get(), off.get()}, z.get(), lane, &job, nullptr);
  const auto last = [&](const test::Lanes& lanes) {
    const test::Columns all = lanes.columns(kLanes, kLanes);
    return test::Columns(all.end() - kN, all.end());
  };
  out.values = last(diagonal);
  out.first_row = last(z);
  out.rows = rows.columns(kN, kN);
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "core/symmetric_eigen.h"
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(FindValues);
HWY_EXPORT(FindVectors);

namespace test {
namespace {

// Which matrix a lane holds: Lanes repeats them, and of vectors the last kN lanes of a batch are returned.
std::size_t matrix_of(std::size_t lane, const Columns& matrices) { return lane % matrices.size(); }

Tridiagonals random_tridiagonals(int n, unsigned seed) {
  Numbers numbers(seed);
  Tridiagonals t;
  t.n = n;
  for (int k = 0; k < 5; ++k) {
    t.diagonal.push_back(numbers.list(n, -1, 1));
    t.off.push_back(numbers.list(n, 0, 1));
  }
  // Lanes that take different numbers of sweeps: diagonal, one that falls apart, graded, and all the same.
  std::fill(t.off[1].begin(), t.off[1].end(), 0.0);
  if (n > 2) t.off[2][n / 2] = 0;
  for (int i = 0; i < n; ++i) {
    t.diagonal[3][i] *= std::pow(10.0, -12.0 * i / n);
    t.off[3][i] *= std::pow(10.0, -12.0 * i / n);
    t.diagonal[4][i] = 0.25;
  }
  return t;
}

// Of a row of the eigenvectors, and of eigenvalues: sum over modes of z^2 value^power.
Long moment(const std::vector<double>& values, const std::vector<double>& z, int power) {
  Long sum = 0;
  for (std::size_t m = 0; m < values.size(); ++m) sum += Long(z[m]) * z[m] * std::pow(Long(values[m]), power);
  return sum;
}

TEST_CASE("kernel: eigenvalues of tridiagonal matrices", "[core][kernel]") {
  for (int n : {1, 2, 3, 5, 12, 40, 90}) {
    const Tridiagonals t = random_tridiagonals(n, n);
    INFO("n = " << n);
    for_every_target([&] {
      const Diagonalised found = HWY_DYNAMIC_DISPATCH(FindValues)(t);
      Worst values, moments;
      for (std::size_t lane = 0; lane < found.values.size(); ++lane) {
        const std::size_t k = matrix_of(lane, t.diagonal);
        std::vector<double> a(static_cast<std::size_t>(n) * n, 0.0), here = found.values[lane];
        for (int i = 0; i < n; ++i) {
          a[i * n + i] = t.diagonal[k][i];
          if (i + 1 < n) a[i * n + i + 1] = t.off[k][i];
        }
        std::vector<double> exact = symmetric_eigen(n, a).values;
        std::sort(exact.begin(), exact.end());
        std::sort(here.begin(), here.end());
        for (int m = 0; m < n; ++m) values.add(std::abs(exact[m] - here[m]));
        const Long d = t.diagonal[k][n - 1], e = n > 1 ? t.off[k][n - 2] : 0;
        moments.add(std::abs(moment(found.values[lane], found.first_row[lane], 0) - 1));
        moments.add(std::abs(moment(found.values[lane], found.first_row[lane], 1) - d));
        moments.add(std::abs(moment(found.values[lane], found.first_row[lane], 2) - d * d - e * e));
      }
      CHECK(values.value() < 5e-16 * n);
      CHECK(moments.value() < 5e-16 * n);
    });
  }
}

TEST_CASE("kernel: eigenvectors of tridiagonal matrices", "[core][kernel]") {
  for (int n : {1, 2, 3, 5, 12, 40, 70}) {
    const Tridiagonals t = random_tridiagonals(n, n);
    INFO("n = " << n);
    for_every_target([&] {
      const std::size_t batch = batch_points();
      const Diagonalised found = HWY_DYNAMIC_DISPATCH(FindVectors)(t);
      Worst residual, overlap;
      for (std::size_t lane = 0; lane < found.values.size(); ++lane) {
        const std::size_t k = matrix_of(batch - found.values.size() + lane, t.diagonal);
        // Row i of the result is the row n - 1 - i of the matrix: where the starting vector is, the first.
        const auto y = [&](int i, int m) { return Long(found.rows[lane][(n - 1 - i) * n + m]); };
        for (int m = 0; m < n; ++m) {
          for (int i = 0; i < n; ++i) {
            Long product = t.diagonal[k][i] * y(i, m);
            if (i > 0) product += t.off[k][i - 1] * y(i - 1, m);
            if (i + 1 < n) product += t.off[k][i] * y(i + 1, m);
            residual.add(std::abs(product - found.values[lane][m] * y(i, m)));
          }
          for (int l = 0; l <= m; ++l) {
            Long sum = 0;
            for (int i = 0; i < n; ++i) sum += y(i, m) * y(i, l);
            overlap.add(std::abs(sum - (l == m)));
          }
        }
      }
      CHECK(residual.value() < 5e-16 * n);
      CHECK(overlap.value() < 5e-16 * n);
    });
  }
}

TEST_CASE("kernel: a lane's bits do not depend on its neighbours, and NaN ends", "[core][kernel]") {
  const int n = 12;
  Tridiagonals alone, mixed = random_tridiagonals(n, 1);
  alone.n = n;
  alone.diagonal = {mixed.diagonal[0]};
  alone.off = {mixed.off[0]};
  mixed.diagonal[1][3] = std::numeric_limits<double>::quiet_NaN();
  for_every_target([&] {
    const Diagonalised found = HWY_DYNAMIC_DISPATCH(FindValues)(mixed);
    const Diagonalised same = HWY_DYNAMIC_DISPATCH(FindValues)(alone);
    CHECK(found.values[0] == same.values[0]);
    CHECK(found.first_row[0] == same.first_row[0]);
  });
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
