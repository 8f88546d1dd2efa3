#include "core/plan/acoustic_modes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/plan/symmetric_factors.h"
#include "core/symmetric_eigen.h"
#include "core/threads.h"

namespace euphonic {

namespace {

using Vector = std::vector<double>;

// From so many atoms on the others are not found: a second at 160 atoms, which grows with the third power.
constexpr int kAtomsForInverse = 160;

// Added to the diagonal, relative to the norm: no more than tells translations from optical modes, which lie
// above it even in crystals of a thousand atoms.
constexpr double kShift = 1e-5;
constexpr int kMostSteps = 30;
constexpr double kResidual = 1e-12;  // of an eigenvector, relative to the norm
// Of the three modes together, in translations: then no other has more than half of one.
constexpr double kLeastOverlap = 2.5;

double dot(const Vector& x, const Vector& y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

void add(Vector& x, double factor, const Vector& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += factor * y[i];
}

// The indices of the three largest, the largest first.
std::array<int, 3> three_largest(const Vector& values) {
  std::vector<int> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int x, int y) { return values[x] > values[y]; });
  return {order[0], order[1], order[2]};
}

void mirror_upper(int n, Vector& matrix) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j)
      matrix[static_cast<std::size_t>(i) * n + j] = matrix[static_cast<std::size_t>(j) * n + i];
}

// The largest sum of a row's absolute values.
double norm_of(int n, const Vector& matrix) {
  double norm = 0;
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int j = 0; j < n; ++j) sum += std::abs(matrix[static_cast<std::size_t>(i) * n + j]);
    norm = std::max(norm, sum);
  }
  return norm;
}

// An orthonormal basis that begins with the translations, and what the matrix makes of each of its vectors.
class Basis {
 public:
  Basis(int n_atoms, const Vector& matrix, int n_threads)
      : n_(3 * n_atoms), matrix_(matrix), n_threads_(n_threads) {
    for (int a = 0; a < 3; ++a) {
      Vector translation(n_, 0.0);
      for (int i = 0; i < n_atoms; ++i) translation[3 * i + a] = 1 / std::sqrt(static_cast<double>(n_atoms));
      put(std::move(translation));
    }
  }

  std::size_t size() const { return vectors_.size(); }
  const std::vector<Vector>& vectors() const { return vectors_; }

  // Adds what is new in a vector; false if nothing is.
  bool extend(Vector x) {
    constexpr double kNew = 1e-10;
    double before = std::sqrt(dot(x, x));
    for (int pass = 0; pass < 2; ++pass)
      for (const Vector& q : vectors_) add(x, -dot(q, x), q);
    const double length = std::sqrt(dot(x, x));
    if (!(length > kNew * before)) return false;
    for (double& element : x) element /= length;
    put(std::move(x));
    return true;
  }

  // The eigenvectors of the matrix within the basis, in its coordinates.
  SymmetricEigen eigen() const {
    const std::size_t m = size();
    Vector projected(m * m);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = i; j < m; ++j) projected[i * m + j] = dot(vectors_[i], products_[j]);
    return symmetric_eigen(static_cast<int>(m), std::move(projected), nullptr);
  }

  // The mode with these coordinates, and the length of what is missing for it to be one.
  std::pair<Mode, double> mode(double value, const double* coordinates) const {
    Mode mode{value, Vector(n_, 0.0)};
    Vector rest(n_, 0.0);
    for (std::size_t k = 0; k < size(); ++k) {
      add(mode.vector, coordinates[k], vectors_[k]);
      add(rest, coordinates[k], products_[k]);
    }
    add(rest, -value, mode.vector);
    return {std::move(mode), std::sqrt(dot(rest, rest))};
  }

 private:
  void put(Vector x) {
    constexpr int kRows = 64;
    Vector product(n_);
    for_each_on_threads((n_ + kRows - 1) / kRows, n_threads_, [&](int block) {
      for (int i = block * kRows; i < std::min(n_, (block + 1) * kRows); ++i) {
        double sum = 0;
        const double* row = matrix_.data() + static_cast<std::size_t>(i) * n_;
        for (int j = 0; j < n_; ++j) sum += row[j] * x[j];
        product[i] = sum;
      }
    });
    vectors_.push_back(std::move(x));
    products_.push_back(std::move(product));
  }

  int n_;
  const Vector& matrix_;
  int n_threads_;
  std::vector<Vector> vectors_, products_;
};

}  // namespace

std::optional<AcousticModes> acoustic_modes_of_all(int n_atoms, Vector matrix,
                                                   const std::atomic<bool>* cancelled) {
  const int n = 3 * n_atoms;
  const SymmetricEigen eigen = symmetric_eigen(n, std::move(matrix), cancelled);
  // |sum_i e_i|^2 is n_atoms for a translation.
  Vector overlap(n, 0.0);
  for (int m = 0; m < n; ++m) {
    for (int a = 0; a < 3; ++a) {
      double sum = 0;
      for (int i = 0; i < n_atoms; ++i) sum += eigen.vectors[static_cast<std::size_t>(m) * n + 3 * i + a];
      overlap[m] += sum * sum;
    }
  }
  AcousticModes modes;
  const std::array<int, 3> best = three_largest(overlap);
  for (int k = 0; k < 3; ++k) {
    if (!(overlap[best[k]] > 0.5 * n_atoms)) return std::nullopt;
    const double* e = &eigen.vectors[static_cast<std::size_t>(best[k]) * n];
    modes[k] = {eigen.values[best[k]], Vector(e, e + n)};
  }
  return modes;
}

std::optional<AcousticModes> acoustic_modes_by_inverse(int n_atoms, const Vector& upper, int n_threads,
                                                       const std::atomic<bool>* cancelled) {
  const int n = 3 * n_atoms;
  Vector matrix = upper;
  mirror_upper(n, matrix);
  const double norm = norm_of(n, matrix);
  Vector shifted = matrix;
  for (int i = 0; i < n; ++i) shifted[static_cast<std::size_t>(i) * n + i] += kShift * norm;
  const auto factors = SymmetricFactors::of(n, std::move(shifted), n_threads, cancelled);
  if (!factors) return std::nullopt;
  Basis basis(n_atoms, matrix, n_threads);
  for (int step = 0; step < kMostSteps; ++step) {
    throw_if_cancelled(cancelled);
    std::vector<Vector> next(basis.vectors().end() - 3, basis.vectors().end());
    factors->solve(next);
    bool grew = false;
    for (Vector& x : next) grew |= basis.extend(std::move(x));
    const SymmetricEigen eigen = basis.eigen();
    const std::size_t m = basis.size();
    Vector overlap(m);
    for (std::size_t k = 0; k < m; ++k)
      for (int a = 0; a < 3; ++a) overlap[k] += eigen.vectors[k * m + a] * eigen.vectors[k * m + a];
    AcousticModes modes;
    double together = 0, rest = 0;
    for (int k = 0; k < 3; ++k) {
      const int which = three_largest(overlap)[k];
      auto [mode, missing] = basis.mode(eigen.values[which], &eigen.vectors[which * m]);
      modes[k] = std::move(mode);
      together += overlap[which];
      rest = std::max(rest, missing);
    }
    if (rest <= kResidual * norm) {
      if (together < kLeastOverlap) return std::nullopt;
      return modes;
    }
    if (!grew) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<AcousticModes> acoustic_modes(int n_atoms, Vector matrix, int n_threads,
                                            const std::atomic<bool>* cancelled) {
  if (n_atoms >= kAtomsForInverse) {
    auto modes = acoustic_modes_by_inverse(n_atoms, matrix, n_threads, cancelled);
    if (modes) return modes;
  }
  return acoustic_modes_of_all(n_atoms, std::move(matrix), cancelled);
}

}  // namespace euphonic
