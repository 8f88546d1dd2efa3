// Matrices for the tests of reductions, and how far a tridiagonal matrix is from one.
#pragma once

#include "core/symmetric_eigen.h"
#include "kernel/found.h"
#include "kernel/judge.h"

namespace euphonic::test {

inline std::size_t packed_index(int n, int row, int col) {
  return static_cast<std::size_t>(col) * n - static_cast<std::size_t>(col) * (col + 1) / 2 + row;
}

// Of elements between -1 and 1; eight different ones, with a vector each.
inline Matrices random_matrices(int n, bool real, unsigned seed) {
  Numbers numbers(1000 + seed);
  Matrices m;
  m.n = n;
  m.real = real;
  const std::size_t width = real ? 1 : 2;
  for (int k = 0; k < 8; ++k) {
    m.packed.push_back(numbers.list(width * n * (n + 1) / 2, -1, 1));
    for (int i = 0; i < n && !real; ++i) m.packed.back()[2 * packed_index(n, i, i) + 1] = 0;
    m.start.push_back(numbers.list(width * n, -1, 1));
  }
  return m;
}

inline LongComplex element(const Matrices& m, std::size_t k, int row, int col) {
  const std::size_t at = packed_index(m.n, std::max(row, col), std::min(row, col));
  if (m.real) return m.packed[k][at];
  const LongComplex x(m.packed[k][2 * at], m.packed[k][2 * at + 1]);
  return row >= col ? x : std::conj(x);
}

inline Long frobenius_norm(const Matrices& m, std::size_t k) {
  Long sum = 0;
  for (int i = 0; i < m.n; ++i)
    for (int j = 0; j < m.n; ++j) sum += std::norm(element(m, k, i, j));
  return sum > 0 ? std::sqrt(sum) : 1;
}

inline std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

// Ascending; a Hermitian matrix as the real one of twice the size, which has every eigenvalue twice.
inline std::vector<double> exact_eigenvalues(const Matrices& m, std::size_t k) {
  const int size = m.real ? m.n : 2 * m.n;
  std::vector<double> a(static_cast<std::size_t>(size) * size);
  for (int i = 0; i < m.n; ++i) {
    for (int j = 0; j < m.n; ++j) {
      const LongComplex x = element(m, k, i, j);
      a[i * size + j] = static_cast<double>(x.real());
      if (m.real) continue;
      a[(m.n + i) * size + m.n + j] = static_cast<double>(x.real());
      a[(m.n + i) * size + j] = static_cast<double>(x.imag());
      a[i * size + m.n + j] = static_cast<double>(-x.imag());
    }
  }
  std::vector<double> values = sorted(symmetric_eigen(size, a).values);
  if (m.real) return values;
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size(); i += 2) out.push_back(0.5 * (values[i] + values[i + 1]));
  return out;
}

inline std::vector<double> tridiagonal_eigenvalues(const std::vector<double>& diagonal,
                                                   const std::vector<double>& off) {
  const std::size_t n = diagonal.size();
  std::vector<double> a(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    a[i * n + i] = diagonal[i];
    if (i + 1 < n) a[i * n + i + 1] = off[i];
  }
  return sorted(symmetric_eigen(static_cast<int>(n), a).values);
}

// Largest difference of eigenvalues, relative to the matrix's norm.
inline Long eigenvalue_error(const Matrices& m, std::size_t k, const Reductions& found) {
  const std::vector<double> exact = exact_eigenvalues(m, k);
  const std::vector<double> here = tridiagonal_eigenvalues(found.diagonal[k], found.off[k]);
  Worst worst;
  for (int i = 0; i < m.n; ++i) worst.add(std::abs(exact[i] - here[i]) / frobenius_norm(m, k));
  return worst.value();
}

// With a vector v: error of |v|^2, v* A v and v* A^2 v, which the last row of T holds.
inline Long moment_error(const Matrices& m, std::size_t k, const Reductions& found) {
  if (m.start.empty()) return std::abs(found.length2[k][0]);
  const auto v = [&](int i) {
    return m.real ? LongComplex(m.start[k][i]) : LongComplex(m.start[k][2 * i], m.start[k][2 * i + 1]);
  };
  Long length2 = 0, first = 0, second = 0;
  for (int i = 0; i < m.n; ++i) {
    LongComplex product;
    for (int j = 0; j < m.n; ++j) product += element(m, k, i, j) * v(j);
    length2 += std::norm(v(i));
    first += (std::conj(v(i)) * product).real();
    second += std::norm(product);
  }
  if (length2 == 0) return std::abs(found.length2[k][0]);
  const Long norm = frobenius_norm(m, k);
  const Long d = found.diagonal[k][m.n - 1], e = m.n > 1 ? found.off[k][m.n - 2] : 0;
  return std::max({std::abs(found.length2[k][0] / length2 - 1), std::abs(d - first / length2) / norm,
                   std::abs(d * d + e * e - second / length2) / (norm * norm)});
}

// Largest element of H .. H A H .. H less the tridiagonal matrix with its phases, relative to the
// matrix's norm.
inline Long reflector_error(const Matrices& m, std::size_t k, const Reductions& found) {
  const int n = m.n;
  std::vector<LongComplex> a(static_cast<std::size_t>(n) * n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) a[i * n + j] = element(m, k, i, j);
  const auto number = [&](const std::vector<double>& x, std::size_t at) {
    return m.real ? LongComplex(x[at]) : LongComplex(x[2 * at], x[2 * at + 1]);
  };
  for (int s = 0; s + 2 < n; ++s) {
    std::vector<LongComplex> u(n);
    for (int i = s + 1; i < n; ++i) u[i] = number(found.reflectors[k], packed_index(n, i, s));
    for (int side = 0; side < 2; ++side) {
      for (int j = 0; j < n; ++j) {
        LongComplex dot;
        for (int i = 0; i < n; ++i)
          dot += std::conj(u[i]) * (side == 0 ? a[i * n + j] : std::conj(a[j * n + i]));
        for (int i = 0; i < n; ++i) {
          if (side == 0) {
            a[i * n + j] -= u[i] * dot;
          } else {
            a[j * n + i] -= std::conj(u[i] * dot);
          }
        }
      }
    }
  }
  Worst worst;
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      LongComplex exact;
      if (i == j) exact = found.diagonal[k][n - 1 - i];
      if (i == j + 1) exact = number(found.phases[k], j) * Long(found.off[k][n - 2 - j]);
      worst.add(std::abs(a[i * n + j] - exact) / frobenius_norm(m, k));
    }
  }
  return worst.value();
}

}  // namespace euphonic::test
