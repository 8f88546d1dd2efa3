#include "core/symmetric_eigen.h"

#include <cmath>
#include <cstddef>
#include <limits>

namespace euphonic {

namespace {

// A tridiagonal matrix T = Q^T a Q, off[k] between rows k and k + 1, and the reflectors of Q: row k of
// `reflectors` has the u of H_k = 1 - u u^T from element k + 1 on.
struct Reduced {
  std::vector<double> diagonal, off, reflectors;
};

// Householder: column k gets its elements below k + 1 removed; u has |u|^2 = 2.
Reduced reduce(int n, std::vector<double>& a, const std::atomic<bool>* cancelled) {
  const auto at = [n](int i, int j) { return static_cast<std::size_t>(i) * n + j; };
  Reduced out{std::vector<double>(n), std::vector<double>(n, 0.0), std::vector<double>(a.size(), 0.0)};
  std::vector<double> p(n);
  for (int k = 0; k + 2 < n; ++k) {
    throw_if_cancelled(cancelled);
    double* u = &out.reflectors[at(k, 0)];
    double sigma = 0;
    for (int i = k + 1; i < n; ++i) sigma += a[at(i, k)] * a[at(i, k)];
    const double length = std::sqrt(sigma);
    out.off[k] = length;
    if (length == 0) continue;
    const double x0 = a[at(k + 1, k)], sign = std::copysign(1.0, x0);
    out.off[k] = -sign * length;
    const double scale = 1 / std::sqrt(sigma + length * std::abs(x0));
    for (int i = k + 1; i < n; ++i) u[i] = scale * (a[at(i, k)] + (i == k + 1 ? sign * length : 0.0));
    double up = 0;
    for (int i = k + 1; i < n; ++i) {
      p[i] = 0;
      for (int j = k + 1; j < n; ++j) p[i] += a[at(i, j)] * u[j];
      up += u[i] * p[i];
    }
    for (int i = k + 1; i < n; ++i) p[i] -= 0.5 * up * u[i];
    for (int i = k + 1; i < n; ++i)
      for (int j = k + 1; j < n; ++j) a[at(i, j)] -= u[i] * p[j] + p[i] * u[j];
  }
  if (n >= 2) out.off[n - 2] = a[at(n - 1, n - 2)];
  for (int i = 0; i < n; ++i) out.diagonal[i] = a[at(i, i)];
  return out;
}

// One implicit QL sweep over rows m .. l of T, whose rotations turn rows of `vectors` [n][n].
void sweep(int n, int l, int m, Reduced& t, std::vector<double>& vectors) {
  std::vector<double>&diagonal = t.diagonal, &off = t.off;
  const double half = 0.5 * (diagonal[l + 1] - diagonal[l]);
  const double shift = diagonal[l] - off[l] * off[l] / (half + std::copysign(std::hypot(half, off[l]), half));
  double c = 1, s = 0, pivot = diagonal[m] - shift;
  for (int i = m - 1; i >= l; --i) {
    const double g = c * off[i], h = c * pivot, r = std::hypot(pivot, off[i]);
    off[i + 1] = i + 1 < m ? s * r : 0.0;
    c = r == 0 ? 1 : pivot / r;
    s = r == 0 ? 0 : off[i] / r;
    const double di = diagonal[i] - shift;
    pivot = c * di - s * g;
    diagonal[i + 1] = h + s * (c * g + s * di) + shift;
    double* upper = &vectors[static_cast<std::size_t>(i) * n];
    double* lower = upper + n;
    for (int k = 0; k < n; ++k) {
      const double x = lower[k];
      lower[k] = s * upper[k] + c * x;
      upper[k] = c * upper[k] - s * x;
    }
  }
  diagonal[l] = c * pivot + shift;
  off[l] = s * pivot;
}

// Eigenvalues of T into its diagonal; returns its eigenvectors, one a row.
std::vector<double> diagonalise(int n, Reduced& t, const std::atomic<bool>* cancelled) {
  constexpr int kMaxSweeps = 60;
  std::vector<double> vectors(static_cast<std::size_t>(n) * n, 0.0);
  double norm = 0;
  for (int i = 0; i < n; ++i) {
    vectors[static_cast<std::size_t>(i) * n + i] = 1;
    norm = std::fmax(norm, std::abs(t.diagonal[i]) + std::abs(t.off[i]));
  }
  const double tolerance = std::numeric_limits<double>::epsilon() * norm;
  for (int l = 0; l < n; ++l) {
    for (int k = 0; k < kMaxSweeps; ++k) {
      throw_if_cancelled(cancelled);
      int m = l;
      while (m + 1 < n && std::abs(t.off[m]) > tolerance) ++m;
      if (m == l) break;
      sweep(n, l, m, t, vectors);
    }
  }
  return vectors;
}

}  // namespace

SymmetricEigen symmetric_eigen(int n, std::vector<double> a, const std::atomic<bool>* cancelled) {
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j)
      a[static_cast<std::size_t>(i) * n + j] = a[static_cast<std::size_t>(j) * n + i];
  Reduced t = reduce(n, a, cancelled);
  SymmetricEigen out;
  out.vectors = diagonalise(n, t, cancelled);
  out.values = t.diagonal;
  // From eigenvectors of T to those of the matrix: the reflections are undone.
  for (int v = 0; v < n; ++v) {
    throw_if_cancelled(cancelled);
    double* z = &out.vectors[static_cast<std::size_t>(v) * n];
    for (int k = n - 3; k >= 0; --k) {
      const double* u = &t.reflectors[static_cast<std::size_t>(k) * n];
      double sum = 0;
      for (int i = k + 1; i < n; ++i) sum += u[i] * z[i];
      for (int i = k + 1; i < n; ++i) z[i] -= sum * u[i];
    }
  }
  return out;
}

}  // namespace euphonic
