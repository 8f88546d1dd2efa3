// How far a plan is, for those who wait for it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace euphonic {

// Weights of the steps that take long where there are many atoms, about as their times are to each other.
constexpr double kRowSumsWeight = 1, kZoneCentreWeight = 2, kAcousticModesWeight = 2, kVectorsWeight = 3,
                 kCoefficientsWeight = 3;

// Steps add what they have done, from any thread; whoever likes reads.
class PlanProgress {
 public:
  // From 0 to 1, and never less than before.
  double fraction() const {
    const double expected = expected_.load(std::memory_order_relaxed);
    if (expected == 0) return 0;
    return std::min(1.0, static_cast<double>(done_.load(std::memory_order_relaxed)) / (kUnits * expected));
  }
  // Once, before the first step: the weights of all.
  void expect(double weight) { expected_ = weight; }
  void add(double weight) {
    done_.fetch_add(static_cast<std::uint64_t>(kUnits * weight), std::memory_order_relaxed);
  }
  // What was left out is done, too.
  void finish() { add(expected_); }

 private:
  static constexpr double kUnits = 1e9;  // of a weight, so that parts can be counted as integers
  std::atomic<double> expected_{0};
  std::atomic<std::uint64_t> done_{0};
};

}  // namespace euphonic
