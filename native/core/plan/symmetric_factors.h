// Factors of a symmetric matrix, for solutions of linear equations.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

namespace euphonic {

// A = L D L^T without pivoting: as exact as a Cholesky factorisation where A is positive, and less so where
// it is not, which who iterates does not mind. The bits do not depend on the number of threads.
class SymmetricFactors {
 public:
  // matrix: [n][n], of which the lower triangle counts. Nothing if a pivot is 0. Throws Cancelled.
  static std::optional<SymmetricFactors> of(int n, std::vector<double> matrix, int n_threads,
                                            const std::atomic<bool>* cancelled);
  // Replaces each b [n] by A^-1 b.
  void solve(std::vector<std::vector<double>>& columns) const;

 private:
  SymmetricFactors(int n, std::vector<double> factors) : n_(n), factors_(std::move(factors)) {}

  int n_;
  std::vector<double> factors_;  // [n][n]: L below the diagonal, D on it
};

}  // namespace euphonic
