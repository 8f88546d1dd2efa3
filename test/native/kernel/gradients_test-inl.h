// Tests of core/kernel/gradients-inl.h.
#if defined(EUPHONIC_GRADIENTS_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_GRADIENTS_TEST_INL
#undef EUPHONIC_GRADIENTS_TEST_INL
#else
#define EUPHONIC_GRADIENTS_TEST_INL
#endif

#include "core/kernel/gradients-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Derivatives of a block's sums of terms, with sample(2 vector + sine, lane) for phases: rows as those
// of its sums.
std::vector<double> TermGradients(const Tables& t, int block, int direction) {
  const test::Lanes phases(2 * t.vectors.size() * kLanes), x(kBlockRows * kN);
  BlockTerms terms(t);
  const std::vector<TermSpan>& spans = terms.of(block);
  for (std::size_t r = 0; r < 2 * t.vectors.size(); ++r)
    for (std::size_t lane = 0; lane < kLanes; ++lane) phases[r * kLanes + lane] = test::sample(r, lane);
  switch (t.blocks[block].kind) {
    case BlockKind::full:
      term_gradients<9, 9>(t, spans, direction, phases.get(), x.get());
      break;
    case BlockKind::hermitian:
      term_gradients<6, 3>(t, spans, direction, phases.get(), x.get());
      break;
    case BlockKind::hermitian_real:
      term_gradients<6, 0>(t, spans, direction, phases.get(), x.get());
      break;
  }
  return x.columns(kN, 1)[0];
}

// Of w K K^T of G = 0 at q = K (1/bohr): [direction][6].
std::vector<double> MomentGradients(const DipoleTables& t, const std::vector<double>& k) {
  Points p{};
  const test::Lanes cartesian(3 * kLanes);
  for (int a = 0; a < 3; ++a)
    for (std::size_t lane = 0; lane < kLanes; ++lane) cartesian[a * kLanes + lane] = k[a];
  p.cart = cartesian.get();
  V found[3][6];
  zero_vector_gradients(t, p, 0, found);
  std::vector<double> out;
  for (auto& direction : found)
    for (V& x : direction) out.push_back(hn::GetLane(x));
  return out;
}

// [3][mode] of one q-point from <e| dD/dQ |e>, [mode][3], and frequencies.
std::vector<double> WriteGradients(const Tables& t, const std::vector<double>& sums,
                                   const std::vector<double>& frequencies) {
  const test::Lanes s(test::Columns{sums}, kN), w(test::Columns{frequencies}, kLanes), out(3 * t.n);
  GradientScratch scratch;
  scratch.sums = s.get();
  write_gradients(t, scratch, w.get(), 0, 1, 1, out.get());
  return out.values();
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "core/units.h"
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(TermGradients);
HWY_EXPORT(MomentGradients);
HWY_EXPORT(WriteGradients);

namespace test {
namespace {

TEST_CASE("kernel: derivatives of sums of terms", "[core][kernel]") {
  for (const char* name : {"triclinic", "inversion, pairs and self-images"}) {
    const auto plan = plan_of(make_crystal(recipe(name)));
    const Tables& t = plan->complex_tables();
    for_every_target([&] {
      Worst worst;
      for (int b = 0; b < static_cast<int>(t.blocks.size()); ++b) {
        const BlockKind kind = t.blocks[b].kind;
        const int cosines = kind == BlockKind::full ? 9 : 6;
        const int sines = kind == BlockKind::full ? 9 : kind == BlockKind::hermitian ? 3 : 0;
        for (int direction = 0; direction < 3; ++direction) {
          const std::vector<double> found = HWY_DYNAMIC_DISPATCH(TermGradients)(t, b, direction);
          Long exact[18] = {}, size = 0;
          for (const TermChunk& chunk : t.chunks) {
            for (std::uint32_t k = chunk.begin[b]; k < chunk.begin[b + 1]; ++k) {
              const std::size_t r = chunk.first_vector + chunk.vector_index[k];
              const HalfVector& n = t.vectors[r];
              const Long length = Long(n.x) * t.cell[0][direction] + Long(n.y) * t.cell[1][direction] +
                                  Long(n.z) * t.cell[2][direction];
              const std::uint32_t at = k - chunk.begin[b];
              for (int e = 0; e < cosines; ++e)
                exact[e] -= length * chunk.c[chunk.c_begin[b] + cosines * at + e] * sample(2 * r + 1, 0);
              for (int e = 0; e < sines; ++e)
                exact[9 + e] += length * chunk.s[chunk.s_begin[b] + sines * at + e] * sample(2 * r, 0);
              for (int e = 0; e < cosines; ++e)
                size = std::max(size, std::abs(length * chunk.c[chunk.c_begin[b] + cosines * at + e]));
            }
          }
          for (int e = 0; e < 18; ++e)
            worst.add(size > 0 ? std::abs(found[e] - exact[e]) / size : std::abs(Long(found[e])));
        }
      }
      CHECK(worst.value() < 1e-14);
    });
  }
}

TEST_CASE("kernel: derivatives of Ewald's terms", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("polar, anisotropic charges")));
  const DipoleTables& t = plan->tables().dipole;
  constexpr int at[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
  // w K_a K_b, of which the derivative along c is taken by differences.
  const auto value = [&](const Long k[3], int a, int b) {
    Long kek = 0;
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) kek += k[i] * t.dielectric[at[i][j]] * k[j];
    return t.four_pi_over_volume * std::exp(-kek / (4 * Long(t.lambda) * t.lambda)) / kek * k[a] * k[b];
  };
  Numbers numbers(3);
  for_every_target([&] {
    CHECK(HWY_DYNAMIC_DISPATCH(MomentGradients)(t, {0, 0, 0}) == std::vector<double>(18, 0.0));
    Worst worst;
    for (int trial = 0; trial < 50; ++trial) {
      const std::vector<double> k = numbers.list(3, -0.5, 0.5);
      const std::vector<double> found = HWY_DYNAMIC_DISPATCH(MomentGradients)(t, k);
      double size = 0;
      for (double x : found) size = std::max(size, std::abs(x));
      for (int c = 0; c < 3; ++c) {
        int e = 0;
        for (int a = 0; a < 3; ++a) {
          for (int b = a; b < 3; ++b, ++e) {
            // of fourth order, with a step at which it and rounding of long double are below 1e-12
            const Long step = 1e-4L * std::sqrt(Long(k[0]) * k[0] + k[1] * k[1] + k[2] * k[2]);
            const auto moved = [&](Long by) {
              Long x[3] = {k[0], k[1], k[2]};
              x[c] += by * step;
              return value(x, a, b);
            };
            const Long slope = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step);
            worst.add(std::abs(found[6 * c + e] - slope) / size);
          }
        }
      }
    }
    CHECK(worst.value() < 1e-14);
  });
}

TEST_CASE("kernel: gradients of frequencies", "[core][kernel]") {
  Tables t;
  t.n = 4;
  const std::vector<double> frequencies = {-3, 5e-5, 1, 80};
  Numbers numbers(4);
  const std::vector<double> sums = numbers.list(12, -1e-5, 1e-5);
  for_every_target([&] {
    const std::vector<double> found = HWY_DYNAMIC_DISPATCH(WriteGradients)(t, sums, frequencies);
    for (int c = 0; c < 3; ++c) {
      for (int m = 0; m < 4; ++m) {
        // d(omega^2) / (2 |omega|), and none of a mode that stands still
        const double exact = m == 1 ? 0
                                    : sums[3 * m + c] * kHartreeInMeV * kHartreeInMeV * kBohrInAngstrom /
                                          (2 * std::abs(frequencies[m]));
        CHECK(found[c * 4 + m] == Approx(exact).epsilon(1e-14));
      }
    }
  });
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
