#include "core/symmetric_eigen.h"

#include <cmath>
#include <cstddef>
#include <limits>

namespace euphonic {

SymmetricEigen symmetric_eigen(int n, std::vector<double> a, const std::atomic<bool>* cancelled) {
  const auto at = [n](int i, int j) { return static_cast<std::size_t>(i) * n + j; };
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) a[at(i, j)] = a[at(j, i)];
  std::vector<double> diagonal(n), off(n, 0.0), reflectors(a.size(), 0.0), p(n);
  // Householder: column k gets its elements below k + 1 removed; u has |u|^2 = 2.
  for (int k = 0; k + 2 < n; ++k) {
    throw_if_cancelled(cancelled);
    double* u = &reflectors[at(k, 0)];
    double sigma = 0;
    for (int i = k + 1; i < n; ++i) sigma += a[at(i, k)] * a[at(i, k)];
    const double length = std::sqrt(sigma);
    off[k] = length;
    if (length == 0) continue;
    const double x0 = a[at(k + 1, k)], sign = std::copysign(1.0, x0);
    off[k] = -sign * length;
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
  if (n >= 2) off[n - 2] = a[at(n - 1, n - 2)];
  for (int i = 0; i < n; ++i) diagonal[i] = a[at(i, i)];

  SymmetricEigen out;
  out.vectors.assign(a.size(), 0.0);
  for (int i = 0; i < n; ++i) out.vectors[at(i, i)] = 1;
  double norm = 0;
  for (int i = 0; i < n; ++i) norm = std::fmax(norm, std::abs(diagonal[i]) + std::abs(off[i]));
  const double tolerance = std::numeric_limits<double>::epsilon() * norm;
  for (int l = 0; l < n; ++l) {
    for (int sweep = 0; sweep < 60; ++sweep) {
      throw_if_cancelled(cancelled);
      int m = l;
      while (m + 1 < n && std::abs(off[m]) > tolerance) ++m;
      if (m == l) break;
      const double half = 0.5 * (diagonal[l + 1] - diagonal[l]);
      const double shift =
          diagonal[l] - off[l] * off[l] / (half + std::copysign(std::hypot(half, off[l]), half));
      double c = 1, s = 0, pivot = diagonal[m] - shift;
      for (int i = m - 1; i >= l; --i) {
        const double g = c * off[i], h = c * pivot, r = std::hypot(pivot, off[i]);
        off[i + 1] = i + 1 < m ? s * r : 0.0;
        c = r == 0 ? 1 : pivot / r;
        s = r == 0 ? 0 : off[i] / r;
        const double di = diagonal[i] - shift;
        pivot = c * di - s * g;
        diagonal[i + 1] = h + s * (c * g + s * di) + shift;
        double* upper = &out.vectors[at(i, 0)];
        double* lower = &out.vectors[at(i + 1, 0)];
        for (int k = 0; k < n; ++k) {
          const double x = lower[k];
          lower[k] = s * upper[k] + c * x;
          upper[k] = c * upper[k] - s * x;
        }
      }
      diagonal[l] = c * pivot + shift;
      off[l] = s * pivot;
    }
  }
  // Rows of `vectors` are eigenvectors of T; undo the reflections.
  for (int v = 0; v < n; ++v) {
    throw_if_cancelled(cancelled);
    double* z = &out.vectors[at(v, 0)];
    for (int k = n - 3; k >= 0; --k) {
      const double* u = &reflectors[at(k, 0)];
      double sum = 0;
      for (int i = k + 1; i < n; ++i) sum += u[i] * z[i];
      for (int i = k + 1; i < n; ++i) z[i] -= sum * u[i];
    }
  }
  out.values = diagonal;
  return out;
}

}  // namespace euphonic
