// What the tests of the kernel's headers judge with.
#pragma once

#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "core/kernel/kernel.h"
#include "support/catch.h"

namespace euphonic::test {

using Long = long double;
using LongComplex = std::complex<long double>;
const Long kTwoPi = 2 * std::acos(-1.0L);

// Calls check once for every target that this machine has, with that chosen for HWY_DYNAMIC_DISPATCH.
template <class Check>
void for_every_target(const Check& check) {
  const struct Restore {
    ~Restore() { force_target(""); }
  } restore;
  int found = 0;
  for (const char* name : {"AVX3", "AVX2", "SSE4", "SSE2", "NEON", "NEON_WITHOUT_AES", "EMU128", "SCALAR"}) {
    if (!force_target(name)) continue;
    ++found;
    INFO("target " << name);
    check();
  }
  REQUIRE(found > 0);
}

// The largest of errors; a NaN among them stays.
class Worst {
 public:
  void add(Long error) {
    if (!(error <= value_)) value_ = error;
  }
  double value() const { return static_cast<double>(value_); }

 private:
  Long value_ = 0;
};

// Reproducible numbers.
class Numbers {
 public:
  explicit Numbers(unsigned seed) : generator_(seed) {}
  double uniform(double low, double high) {
    return low + (high - low) * std::generate_canonical<double, 53>(generator_);
  }
  std::vector<double> list(std::size_t count, double low, double high) {
    std::vector<double> out(count);
    for (double& x : out) x = uniform(low, high);
    return out;
  }

 private:
  std::mt19937_64 generator_;
};

}  // namespace euphonic::test
