// Tests of core/kernel/output-inl.h.
#if defined(EUPHONIC_OUTPUT_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_OUTPUT_TEST_INL
#undef EUPHONIC_OUTPUT_TEST_INL
#else
#define EUPHONIC_OUTPUT_TEST_INL
#endif

#include <utility>

#include "core/kernel/output-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Keys, then payloads, of the last vector of lanes.
test::Columns SortLanes(const test::Columns& keys, const test::Columns& payloads) {
  const std::size_t lane = kLanes - kN;
  const test::Lanes k(keys, kLanes), p(payloads, kLanes);
  sort_lanes(static_cast<int>(keys[0].size()), k.get(), p.get(), lane);
  test::Columns out = k.columns(kLanes, kLanes), rest = p.columns(kLanes, kLanes);
  for (std::size_t c = 0; c < kLanes; ++c) out[c].insert(out[c].end(), rest[c].begin(), rest[c].end());
  return {out.begin() + lane, out.end()};
}

// Which columns these are: lane k of a batch has column k % count.
std::size_t FirstSorted() { return kLanes - kN; }

// Frequencies [mode][stride] of `count` q-points, the rest of the array 0, and how many were imaginary.
std::vector<double> WriteFrequencies(const test::Columns& eigenvalues, std::size_t count,
                                     std::size_t stride) {
  const int n = static_cast<int>(eigenvalues[0].size());
  const test::Lanes values(eigenvalues, kLanes), out(n * stride);
  const std::size_t imaginary = to_frequencies(n, values.get(), 0, std::min(kN, count));
  write_frequencies(n, values.get(), 0, std::min(kN, count), stride, out.get());
  std::vector<double> all = out.values();
  all.push_back(static_cast<double>(imaginary));
  return all;
}

std::size_t FrequencyLanes() { return kN; }

std::vector<double> Occupations(const std::vector<double>& x) {
  std::vector<double> out;
  const test::Lanes lanes(kN);
  for (double value : x) {
    store(occupation_of(set(value)), lanes.get());
    out.push_back(lanes[0]);
  }
  return out;
}

// Created and absorbed, of frequency (meV), z and |v|^2.
std::array<double, 2> ModeIntensity(const Tables& t, const ScatteringTables& s, double frequency, double z,
                                    double length2) {
  const Intensity i = mode_intensity(t, s, set(frequency), set(z), set(length2));
  return {hn::GetLane(i.created), hn::GetLane(i.absorbed)};
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "core/units.h"
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(SortLanes);
HWY_EXPORT(FirstSorted);
HWY_EXPORT(WriteFrequencies);
HWY_EXPORT(FrequencyLanes);
HWY_EXPORT(Occupations);
HWY_EXPORT(ModeIntensity);

namespace test {
namespace {

TEST_CASE("kernel: lanes are sorted, each by itself", "[core][kernel]") {
  for (int n = 1; n <= 40; ++n) {
    INFO("n = " << n);
    Numbers numbers(n);
    Columns keys, payloads;
    for (int k = 0; k < 3; ++k) {
      keys.push_back(numbers.list(n, -1, 1));
      payloads.push_back(numbers.list(n, -1, 1));
    }
    for (double& x : keys[1]) x = std::nearbyint(2 * x);  // equal ones
    for_every_target([&] {
      const std::size_t first = HWY_DYNAMIC_DISPATCH(FirstSorted)();
      const Columns found = HWY_DYNAMIC_DISPATCH(SortLanes)(keys, payloads);
      for (std::size_t lane = 0; lane < found.size(); ++lane) {
        const std::size_t k = (first + lane) % keys.size();
        CHECK(std::is_sorted(found[lane].begin(), found[lane].begin() + n));
        std::vector<std::pair<double, double>> before, after;
        for (int i = 0; i < n; ++i) {
          before.emplace_back(keys[k][i], payloads[k][i]);
          after.emplace_back(found[lane][i], found[lane][n + i]);
        }
        std::sort(before.begin(), before.end());
        std::sort(after.begin(), after.end());
        CHECK(before == after);
      }
    });
  }
}

TEST_CASE("kernel: frequencies of eigenvalues", "[core][kernel]") {
  const int n = 6;
  // 1 meV is an eigenvalue of 1.35e-9 hartree^2; the last but one is imaginary and too small to count.
  const Columns eigenvalues = {{1e-5, 1.35e-9, 0, -1e-6, -1e-14, -0.0}, {1, 2, 3, 4, 5, 6}};
  for_every_target([&] {
    const std::size_t lanes = HWY_DYNAMIC_DISPATCH(FrequencyLanes)();
    for (std::size_t count = 1; count <= lanes; ++count) {
      const std::size_t stride = count + 3;
      const std::vector<double> found = HWY_DYNAMIC_DISPATCH(WriteFrequencies)(eigenvalues, count, stride);
      Worst worst;
      for (int m = 0; m < n; ++m) {
        for (std::size_t k = 0; k < stride; ++k) {
          const double x = k < count ? eigenvalues[k % 2][m] : 0;
          const Long exact = std::copysign(std::sqrt(std::abs(Long(x))) * kHartreeInMeV, Long(x));
          worst.add(exact == 0 ? std::abs(Long(found[m * stride + k]))
                               : std::abs(found[m * stride + k] / exact - 1));
        }
      }
      CHECK(worst.value() < 2.3e-16);
      CHECK(found.back() == (count + 1) / 2);  // one of each first column
    }
  });
}

TEST_CASE("kernel: Bose occupations", "[core][kernel]") {
  Numbers numbers(1);
  std::vector<double> x;
  for (int e = -300; e <= 2; ++e) x.push_back(std::pow(10.0, e) * numbers.uniform(1, 3));
  for (double more : numbers.list(3000, 1e-3, 40)) x.push_back(more);
  for (double more : {600.0, 699.9, 700.1, 1e5, 1e300}) x.push_back(more);
  for_every_target([&] {
    const std::vector<double> found = HWY_DYNAMIC_DISPATCH(Occupations)(x);
    Worst worst;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (x[k] > 700) {
        CHECK(found[k] == 0);
      } else {
        worst.add(std::abs(found[k] * std::expm1(Long(x[k])) - 1));
      }
    }
    CHECK(worst.value() < 1e-15);
  });
}

TEST_CASE("kernel: intensities of modes", "[core][kernel]") {
  Tables t;
  t.n_atoms = 4;
  Numbers numbers(2);
  for (const double temperature : {-1.0, 0.0, 0.5, 300.0}) {
    INFO("temperature " << temperature << ", below zero: none");
    ScatteringTables s;
    s.thermal = temperature >= 0;
    s.zero_temperature = temperature == 0;
    if (temperature > 0) s.beta = 1 / (kBoltzmannInMeVPerKelvin * temperature);
    for_every_target([&] {
      CHECK(HWY_DYNAMIC_DISPATCH(ModeIntensity)(t, s, 0.0, 0.5, 1.0) == std::array<double, 2>{0, 0});
      Worst worst;
      for (int k = 0; k < 300; ++k) {
        const double w = numbers.uniform(-5, 100), z = numbers.uniform(-1, 1),
                     length2 = numbers.uniform(0, 2);
        const auto found = HWY_DYNAMIC_DISPATCH(ModeIntensity)(t, s, w, z, length2);
        const Long bare =
            Long(length2) * z * z / (2 * t.n_atoms * std::abs(w)) * kBohr2InMillibarn * kHartreeInMeV;
        const Long n = temperature > 0 ? 1 / std::expm1(std::abs(Long(w)) * s.beta) : 0;
        const Long created = s.thermal ? bare * (1 + n) : bare, absorbed = s.thermal ? bare * n : bare;
        // The exponent's rounding counts as often as it is large.
        const Long exponent = s.beta * std::abs(w);
        worst.add(std::abs(found[0] / created - 1));
        if (absorbed > 1e-280) worst.add(std::abs(found[1] / absorbed - 1) / (4 + exponent));
      }
      CHECK(worst.value() < 1e-15);
    });
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
