#include "core/plan/symmetric_factors.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/cancelled.h"
#include "core/threads.h"

namespace euphonic {

namespace {

// Columns that are eliminated together, and rows that a thread takes at a time.
constexpr int kPanel = 64, kRows = 32;

// Elements `first` to `last` of a row lose what the columns of a panel explain of them. own: the row's part
// of L in the panel; panel: [width][n], columns of L D as rows.
void update_row(double* row, int first, int last, const double* own, const std::vector<double>& panel, int n,
                int width) {
  int k = 0;
  for (; k + 4 <= width; k += 4) {
    const double a = own[k], b = own[k + 1], c = own[k + 2], d = own[k + 3];
    const double* p = panel.data() + static_cast<std::size_t>(k) * n;
    const double *q = p + n, *r = q + n, *s = r + n;
    for (int j = first; j <= last; ++j) row[j] -= a * p[j] + b * q[j] + c * r[j] + d * s[j];
  }
  for (; k < width; ++k) {
    const double a = own[k];
    const double* p = panel.data() + static_cast<std::size_t>(k) * n;
    for (int j = first; j <= last; ++j) row[j] -= a * p[j];
  }
}

}  // namespace

std::optional<SymmetricFactors> SymmetricFactors::of(int n, std::vector<double> m, int n_threads,
                                                     const std::atomic<bool>* cancelled) {
  const auto row = [&](int i) { return m.data() + static_cast<std::size_t>(i) * n; };
  std::vector<double> panel(static_cast<std::size_t>(kPanel) * n);
  for (int begin = 0; begin < n; begin += kPanel) {
    throw_if_cancelled(cancelled);
    const int end = std::min(n, begin + kPanel), width = end - begin;
    // Element j of row i, whose elements before it in the panel are done.
    const auto eliminated = [&](int i, int j) {
      double x = row(i)[j];
      for (int k = begin; k < j; ++k) x -= row(i)[k] * row(k)[k] * row(j)[k];
      return x;
    };
    for (int i = begin; i < end; ++i) {
      for (int j = begin; j < i; ++j) row(i)[j] = eliminated(i, j) / row(j)[j];
      row(i)[i] = eliminated(i, i);
      if (!(std::abs(row(i)[i]) > 0)) return std::nullopt;
    }
    const int blocks = (n - end + kRows - 1) / kRows;
    const auto on_rows = [&](auto visit) {
      for_each_on_threads(blocks, n_threads, [&](int block) {
        throw_if_cancelled(cancelled);
        for (int i = end + block * kRows; i < std::min(n, end + (block + 1) * kRows); ++i) visit(i);
      });
    };
    on_rows([&](int i) {
      for (int j = begin; j < end; ++j) {
        const double x = eliminated(i, j);
        panel[static_cast<std::size_t>(j - begin) * n + i] = x;
        row(i)[j] = x / row(j)[j];
      }
    });
    on_rows([&](int i) { update_row(row(i), end, i, row(i) + begin, panel, n, width); });
  }
  return SymmetricFactors(n, std::move(m));
}

void SymmetricFactors::solve(std::vector<std::vector<double>>& columns) const {
  const auto row = [this](int i) { return factors_.data() + static_cast<std::size_t>(i) * n_; };
  for (int i = 0; i < n_; ++i) {
    for (std::vector<double>& b : columns) {
      double x = b[i];
      for (int k = 0; k < i; ++k) x -= row(i)[k] * b[k];
      b[i] = x;
    }
  }
  for (std::vector<double>& b : columns)
    for (int i = 0; i < n_; ++i) b[i] /= row(i)[i];
  for (int i = n_ - 1; i >= 0; --i) {
    for (std::vector<double>& b : columns) {
      const double x = b[i];
      for (int k = 0; k < i; ++k) b[k] -= row(i)[k] * x;
    }
  }
}

}  // namespace euphonic
