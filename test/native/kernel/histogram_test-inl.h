// Tests of core/kernel/histogram-inl.h. After eigenvectors_test-inl.h, whose modes they take.
#if defined(EUPHONIC_HISTOGRAM_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_HISTOGRAM_TEST_INL
#undef EUPHONIC_HISTOGRAM_TEST_INL
#else
#define EUPHONIC_HISTOGRAM_TEST_INL
#endif

#include "core/kernel/histogram-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Counts [rows][bins] of as many q-points as a vector has lanes, or as there are; weights: one for each.
std::vector<double> CountModes(const Tables& t, const Histogram& h, const test::Columns& y,
                               const test::Columns& frequencies, const std::vector<double>& weights) {
  const std::size_t count = std::min(kN, y.size());
  const test::Lanes from(y, kN), omega(frequencies, kLanes),
      shares(static_cast<std::size_t>(h.rows(t.n_atoms)) * kN);
  std::vector<double> counts(h.size(t.n_atoms));
  if (h.shares_per_atom > 0) {
    count_modes(t, h, omega.get(), from.get(), nullptr, 0, count, weights.data(), shares.get(),
                counts.data());
  } else {
    count_frequencies(t, h, omega.get(), 0, count, weights.data(), counts.data());
  }
  return counts;
}

// The same of structure factors; length2: |v|^2 of each q-point.
std::vector<double> CountScattering(const Tables& t, const ScatteringTables& s, const Histogram& h,
                                    const test::Columns& frequencies, const test::Columns& z,
                                    const test::Columns& length2, const std::vector<double>& weights) {
  const std::size_t lane = kLanes - kN;
  const test::Lanes omega(frequencies, kN), first(z, kN), lengths(length2, kN);
  // the last vector of a batch
  test::Lanes all(t.n * kLanes), rows(t.n * kLanes);
  for (int m = 0; m < t.n; ++m) {
    std::copy(omega.get() + m * kN, omega.get() + (m + 1) * kN, all.get() + m * kLanes + lane);
    std::copy(first.get() + m * kN, first.get() + (m + 1) * kN, rows.get() + m * kLanes + lane);
  }
  std::vector<double> counts(h.size(t.n_atoms));
  count_scattering(t, s, h, all.get(), rows.get(), load(lengths.get()), lane,
                   std::min(kN, frequencies.size()), weights.data(), counts.data());
  return counts;
}

std::size_t PointsCounted() { return kN; }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <numeric>

#include "core/units.h"
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(CountModes);
HWY_EXPORT(CountScattering);
HWY_EXPORT(PointsCounted);

namespace test {
namespace {

// What share `row` of mode m is: 1, or |e|^2 of an atom or of one direction of it.
Long share_of(const Tables& t, const std::vector<double>& y, int m, int row, int per_atom) {
  if (row == 0) return 1;
  const int atom = (row - 1) / per_atom, part = (row - 1) % per_atom;
  Long sum = 0;
  for (int c = 0; c < 3; ++c)
    if (per_atom == 1 || c == part) sum += std::norm(atom_element(t, y, m, atom, c));
  return sum;
}

TEST_CASE("kernel: modes and shares of atoms are counted, in both forms", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("inversion, pairs and self-images")));
  for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
    const ModesGiven given = make_modes(*t);
    Numbers numbers(3);
    Columns frequencies;
    for (std::size_t k = 0; k < given.y.size(); ++k) frequencies.push_back(numbers.list(t->n, -10, 90));
    const std::vector<double> weights = {1, 2, 0, 3, 1, 7, 1, 2};
    for (const int shares : {0, 1, 3}) {
      INFO((t->real_form ? "real form" : "complex form") << ", shares per atom " << shares);
      Histogram h;
      h.energy_min = -5;
      h.energy_max = 80;
      h.bins = 17;  // 5 meV each
      h.shares_per_atom = shares;
      for_every_target([&] {
        const std::size_t count = std::min(HWY_DYNAMIC_DISPATCH(PointsCounted)(), given.y.size());
        const std::vector<double> found =
            HWY_DYNAMIC_DISPATCH(CountModes)(*t, h, given.y, frequencies, weights);
        std::vector<Long> expected(found.size());
        for (std::size_t k = 0; k < count; ++k) {
          for (int m = 0; m < t->n; ++m) {
            const double bin = std::floor((frequencies[k][m] + 5) / 5);
            if (bin < 0 || bin > 16) continue;
            for (int row = 0; row < h.rows(t->n_atoms); ++row)
              expected[row * 17 + static_cast<std::size_t>(bin)] +=
                  weights[k] * share_of(*t, given.y[k], m, row, shares);
          }
        }
        Worst worst;
        for (std::size_t i = 0; i < found.size(); ++i) worst.add(std::abs(found[i] - expected[i]));
        // each of the modes is rounded once
        CHECK(worst.value() <= count * t->n * kHistogramQuantum / 2);
        CHECK(std::accumulate(found.begin(), found.begin() + 17, 0.0) > 0);
      });
    }
  }
}

TEST_CASE("kernel: structure factors are summed on both sides of zero", "[core][kernel]") {
  Tables t;
  t.n_atoms = 4;
  t.n = 12;
  const std::size_t points = 8;
  Numbers numbers(4);
  Columns frequencies, z, length2;
  for (std::size_t k = 0; k < points; ++k) {
    frequencies.push_back(numbers.list(t.n, -10, 60));
    z.push_back(numbers.list(t.n, -1, 1));
    length2.push_back({numbers.uniform(0, 1e-4)});
  }
  frequencies[0][3] = 0;  // these count nothing
  frequencies[0][4] = 0.009;
  frequencies[3][5] = -0.009;
  length2[1][0] = INFINITY;  // not finite
  const std::vector<double> weights = {1, 2, 0, 3, 1, 7, 1, 2};
  Histogram h;
  h.weight = ModeWeight::structure_factor;
  h.block_points = points;
  h.energy_min = -60;
  h.energy_max = 60;
  h.bins = 24;  // 5 meV each
  ScatteringTables s;
  s.thermal = true;
  s.beta = 0.05;
  for (const bool both : {false, true}) {
    s.negative_e = both;
    for_every_target([&] {
      const std::size_t count = std::min(HWY_DYNAMIC_DISPATCH(PointsCounted)(), points);
      const std::vector<double> found =
          HWY_DYNAMIC_DISPATCH(CountScattering)(t, s, h, frequencies, z, length2, weights);
      std::vector<Long> expected(found.size());
      for (std::size_t k = 0; k < count; ++k) {
        for (int m = 0; m < t.n; ++m) {
          const Long w = frequencies[k][m];
          if (std::abs(w) < kImaginaryMeV || k == 1) continue;
          const Long bare = weights[k] * length2[k][0] * z[k][m] * Long(z[k][m]) / std::abs(w) *
                            (kBohr2InMillibarn * kHartreeInMeV / 8);
          const Long occupation = 1 / std::expm1(0.05L * std::abs(w));
          expected[static_cast<std::size_t>(std::floor((w + 60) / 5))] += bare * (1 + occupation);
          if (both) expected[static_cast<std::size_t>(std::floor((60 - w) / 5))] += bare * occupation;
        }
      }
      Worst worst;
      for (std::size_t i = 0; i < found.size(); ++i)
        worst.add(std::abs(found[i] - expected[i]) / std::max<Long>(expected[i], 1e-9));
      CHECK(worst.value() < 1e-13);
    });
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
