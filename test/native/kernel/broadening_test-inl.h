// Tests of core/kernel/broadening-inl.h.
#if defined(EUPHONIC_BROADENING_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_BROADENING_TEST_INL
#undef EUPHONIC_BROADENING_TEST_INL
#else
#define EUPHONIC_BROADENING_TEST_INL
#endif

#include <utility>

#include "core/kernel/broadening-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

double LineWidth(const Broadening& b, double energy) { return hn::GetLane(line_width(b, set(energy))); }

// Intensities of the first q-points, |v|^2 = 1.5.
std::vector<double> WriteLines(const Tables& t, const ScatteringTables& s, const Broadening& b,
                               const test::Lines& lines) {
  const std::size_t count = std::min(kN, lines.energies.size());
  const test::Lanes w(lines.frequencies, kLanes), z(lines.z, kLanes), diagonal(lines.diagonal, kLanes),
      off(lines.off, kLanes);
  KernelRange range;
  range.energies = lines.energies.data();
  const V energy = load_energies(range, 0, count);
  std::vector<double> out(count);
  if (b.shape == LineShape::dho) {
    write_oscillators(t, s, b, diagonal.get(), off.get(), set(1.5), 0, energy, count, out.data());
  } else {
    write_line_shapes(t, s, b, w.get(), z.get(), set(1.5), 0, energy, count, out.data());
  }
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "core/symmetric_eigen.h"
#include "core/units.h"
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(LineWidth);
HWY_EXPORT(WriteLines);

namespace test {
namespace {

TEST_CASE("kernel: widths of lines", "[core][kernel]") {
  Broadening b;
  b.width = {1.5, -0.02, 3e-4};
  for_every_target([&] {
    for (double e : {-30.0, 0.0, 7.5, 120.0})
      CHECK(HWY_DYNAMIC_DISPATCH(LineWidth)(b, e) == Approx(1.5 - 0.02 * e + 3e-4 * e * e).epsilon(1e-15));
    Broadening zero = b, negative = b;
    zero.width = {0};
    negative.width = {-2};
    CHECK(HWY_DYNAMIC_DISPATCH(LineWidth)(zero, 1) == 1e-6);
    CHECK(HWY_DYNAMIC_DISPATCH(LineWidth)(negative, 1) == 2);
  });
}

// Eight q-points whose modes are those of random tridiagonal matrices.
Lines make_lines(int n) {
  Numbers numbers(n);
  Lines lines;
  for (int k = 0; k < 8; ++k) {
    lines.energies.push_back(k == 2 ? 0.0 : numbers.uniform(-60, 90));
    lines.diagonal.push_back(numbers.list(n, 2e-6, 1e-5));
    lines.off.push_back(numbers.list(n, 0, 1e-6));
    std::vector<double> a(n * n, 0.0);
    for (int i = 0; i < n; ++i) {
      a[i * n + i] = lines.diagonal[k][i];
      if (i + 1 < n) a[i * n + i + 1] = lines.off[k][i];
    }
    const SymmetricEigen eigen = symmetric_eigen(n, a);
    lines.frequencies.emplace_back();
    lines.z.emplace_back();
    for (int m = 0; m < n; ++m) {
      lines.frequencies[k].push_back(std::copysign(std::sqrt(std::abs(eigen.values[m])), eigen.values[m]) *
                                     kHartreeInMeV);
      lines.z[k].push_back(eigen.vectors[m * n + n - 1]);  // the starting vector's row is the last
    }
  }
  return lines;
}

// The sum over modes that a q-point's intensity is, and the size of its terms.
std::pair<Long, Long> line_sum(const Tables& t, const ScatteringTables& s, const Broadening& b,
                               const Lines& lines, std::size_t k, Long temperature) {
  const Long e = b.shape == LineShape::dho && lines.energies[k] == 0 ? 1e-9L : lines.energies[k];
  const Long width = b.width[0], f = b.frequency_scale, pi = kTwoPi / 2;
  Long sum = 0, size = 0;
  for (int m = 0; m < t.n; ++m) {
    const Long w = lines.frequencies[k][m], z = lines.z[k][m];
    const Long bare = 1.5L * z * z / (2 * t.n_atoms * w) * kBohr2InMillibarn * kHartreeInMeV;
    const auto bose = [&](Long energy) {
      return temperature > 0 ? 1 / std::expm1(energy / (kBoltzmannInMeVPerKelvin * temperature)) : 0;
    };
    const auto line = [&](Long x) {
      return b.shape == LineShape::gauss ? std::sqrt(4 * std::log(2.0L) / pi) / width *
                                               std::exp(-4 * std::log(2.0L) * x * x / (width * width))
                                         : width / (2 * pi) / (x * x + width * width / 4);
    };
    Long part;
    if (b.shape == LineShape::dho) {
      const Long response = 2 / pi * f * w * std::abs(e) * width /
                            ((e * e - f * f * w * w) * (e * e - f * f * w * w) + e * e * width * width);
      const Long factor = lines.energies[k] < 0 ? (s.negative_e ? bose(-e) : 0) : 1 + bose(e);
      part = bare * response * factor;
    } else {
      const Long limit = b.intensity_limit;
      part = std::min(bare * (1 + bose(w)), limit) * line(e - f * w);
      if (s.negative_e) part += std::min(bare * bose(w), limit) * line(e + f * w);
      size += std::min(bare, limit) * line(0) * 1e-12L;  // where lines are far away their tails may underflow
    }
    sum += part * b.scale;
    size += std::abs(part * b.scale);
  }
  return {sum, size};
}

TEST_CASE("kernel: broadened lines", "[core][kernel]") {
  Tables t;
  t.n_atoms = 4;
  t.n = 12;
  const Lines lines = make_lines(t.n);
  for (const LineShape shape : {LineShape::gauss, LineShape::lorentz, LineShape::dho}) {
    for (const bool negative_e : {false, true}) {
      INFO("shape " << int(shape) << ", negative_e " << negative_e);
      const double temperature = 100;
      ScatteringTables s;
      s.thermal = true;
      s.negative_e = negative_e;
      s.beta = 1 / (kBoltzmannInMeVPerKelvin * temperature);
      Broadening b;
      b.shape = shape;
      b.width = {7};
      b.scale = 0.3;
      b.frequency_scale = 1.05;
      if (negative_e) b.intensity_limit = 20;
      for_every_target([&] {
        const std::vector<double> found = HWY_DYNAMIC_DISPATCH(WriteLines)(t, s, b, lines);
        Worst worst;
        for (std::size_t k = 0; k < found.size(); ++k) {
          const auto [sum, size] = line_sum(t, s, b, lines, k, temperature);
          worst.add(size > 0 ? std::abs(found[k] - sum) / size : std::abs(Long(found[k])));
        }
        CHECK(worst.value() < 1e-12);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
