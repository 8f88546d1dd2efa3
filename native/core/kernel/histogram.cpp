#include "core/kernel/histogram.h"

#include <algorithm>
#include <cmath>

namespace euphonic {

namespace {

// Beyond so many standard deviations there is less than half a quantum.
constexpr double kTail = 6;

// The integral of the normal distribution, from a table with its exact derivative (cubic Hermite).
// Max error: 1e-10.
class NormalIntegral {
 public:
  NormalIntegral() {
    for (int k = 0; k <= kIntervals; ++k) {
      const double x = -kTail + k * kStep;
      values_[k] = 0.5 * std::erfc(-x * 0.70710678118654752440);
      slopes_[k] = kStep * 0.39894228040143267794 * std::exp(-0.5 * x * x);
    }
  }
  // Exactly 0 and 1 beyond the tails, so that what a mode adds to all bins is its weight.
  double operator()(double x) const {
    if (x <= -kTail) return 0;
    if (x >= kTail) return 1;
    const double at = (x + kTail) / kStep;
    const int k = std::min(static_cast<int>(at), kIntervals - 1);
    const double t = at - k, u = 1 - t;
    return u * u * ((1 + 2 * t) * values_[k] + t * slopes_[k]) +
           t * t * ((1 + 2 * u) * values_[k + 1] - u * slopes_[k + 1]);
  }

 private:
  static constexpr double kStep = 1.0 / 64;
  static constexpr int kIntervals = static_cast<int>(2 * kTail * 64);
  double values_[kIntervals + 1], slopes_[kIntervals + 1];
};

// The nearest multiple of the quantum, by the place where a sum with a large number is rounded.
// Valid range: |x| < 2^27.
double quantised(double x) {
  constexpr double kLarge = 1.5 * 4503599627370496.0 * kHistogramQuantum;
  return (x + kLarge) - kLarge;
}

// The bin of an energy, -1 where there is none.
int bin_of(const Histogram& h, double energy) {
  if (!(energy >= h.energy_min && energy <= h.energy_max)) return -1;
  const double at = (energy - h.energy_min) / (h.energy_max - h.energy_min) * h.bins;
  int bin = std::min(static_cast<int>(at), h.bins - 1);
  // rounding of the division
  if (energy < h.edge(bin)) --bin;
  if (bin + 1 < h.bins && energy >= h.edge(bin + 1)) ++bin;
  return bin;
}

double unrounded(double x) { return x; }

// Adds to bins [first, last] of each row what of the mode lies in them, each number rounded by `rounded`.
template <double (*rounded)(double)>
void add_parts(const Histogram& h, double energy, double deviation, int first, int last,
               const double* weights, std::size_t stride, int rows, double* counts) {
  static const NormalIntegral integral;
  // The same integrals for all rows, some at a time.
  constexpr int kEdges = 64;
  double part[kEdges + 1];
  for (int begin = first; begin <= last; begin += kEdges) {
    const int n = std::min(kEdges, last + 1 - begin);
    for (int k = 0; k <= n; ++k) part[k] = integral((h.edge(begin + k) - energy) / deviation);
    for (int row = 0; row < rows; ++row) {
      const double weight = weights[row * stride];
      double* to = counts + row * static_cast<std::size_t>(h.bins) + begin;
      double below = rounded(weight * part[0]);
      for (int k = 0; k < n; ++k) {
        const double up_to = rounded(weight * part[k + 1]);
        to[k] += up_to - below;
        below = up_to;
      }
    }
  }
}

template <double (*rounded)(double)>
void count_rounded(const Histogram& h, double energy, double deviation, const double* weights,
                   std::size_t stride, int rows, double* counts) {
  const double low = std::max(energy - kTail * deviation, h.energy_min);
  const double high = std::min(energy + kTail * deviation, h.energy_max);
  const int first = bin_of(h, low), last = bin_of(h, high);
  if (first < 0 || last < 0) return;
  const bool whole = first == last && energy - kTail * deviation >= h.energy_min &&
                     energy + kTail * deviation <= h.energy_max;
  if (deviation == 0 || whole) {
    const std::size_t bin = first;
    for (int row = 0; row < rows; ++row)
      counts[row * static_cast<std::size_t>(h.bins) + bin] += rounded(weights[row * stride]);
    return;
  }
  add_parts<rounded>(h, energy, deviation, first, last, weights, stride, rows, counts);
}

}  // namespace

double spread(const Histogram& h, double energy, double gradient) {
  double width = 0;
  for (std::size_t k = h.width.size(); k-- > 0;) width = width * energy + h.width[k];
  constexpr double kDeviationPerFwhm = 0.42466090014400952136;  // 1 / sqrt(8 ln 2)
  return std::hypot(width * kDeviationPerFwhm, h.q_width * gradient);
}

void count_mode(const Histogram& h, double energy, double deviation, const double* weights,
                std::size_t stride, int rows, double* counts) {
  const auto count = h.weight == ModeWeight::modes ? count_rounded<quantised> : count_rounded<unrounded>;
  count(h, energy, deviation, weights, stride, rows, counts);
}

}  // namespace euphonic
