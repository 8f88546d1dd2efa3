// Eigenvalues and eigenvectors of a real symmetric matrix, for the few that a plan needs.
#pragma once

#include <vector>

#include "core/cancelled.h"

namespace euphonic {

struct SymmetricEigen {
  std::vector<double> values;   // [n]
  std::vector<double> vectors;  // [n][n], row k: the eigenvector of values[k]
};

// a: [n][n] row-major, its upper triangle is read. Householder reduction and implicit QL. Throws Cancelled.
SymmetricEigen symmetric_eigen(int n, std::vector<double> a, const std::atomic<bool>* cancelled = nullptr);

}  // namespace euphonic
