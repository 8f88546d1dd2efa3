// Tests of core/kernel/dipole-inl.h.
#if defined(EUPHONIC_DIPOLE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_DIPOLE_TEST_INL
#undef EUPHONIC_DIPOLE_TEST_INL
#else
#define EUPHONIC_DIPOLE_TEST_INL
#endif

#include "core/kernel/dipole-inl.h"
#include "kernel/points_test-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// The sums over G at q-points, of columns f (1/bohr, Cartesian) and directions (the same): [self 6, zero 6],
// then kDipoleRows for each atom pair.
test::Columns SumDipoles(const Tables& t, const test::Columns& cartesian, const test::Columns& directions,
                         bool splitting) {
  test::Columns out;
  Points p{};
  Layout points(nullptr, kN), arrays(nullptr, kN);
  DipoleScratch s{};
  lay_out_points(p, points);
  lay_out_dipole(t.dipole, false, s, arrays);
  const test::Lanes point_memory(points.size()), memory(arrays.size());
  Layout points_placed(point_memory.get(), kN), placed(memory.get(), kN);
  lay_out_points(p, points_placed);
  lay_out_dipole(t.dipole, false, s, placed);
  for (std::size_t first = 0; first < cartesian.size(); first += kN) {
    const std::size_t here = std::min(kN, cartesian.size() - first);
    for (std::size_t k = 0; k < kN; ++k) {
      const std::size_t at = first + std::min(k, here - 1);
      for (int a = 0; a < 3; ++a) {
        p.cart[a * kLanes + k] = cartesian[at][a];
        p.dir[(3 + a) * kLanes + k] = directions[at][a];
      }
      p.gamma[k] = cartesian[at][0] == 0 && cartesian[at][1] == 0 && cartesian[at][2] == 0;
    }
    dipole_sums(t.dipole, p, splitting, 0, false, s, nullptr);
    for (std::size_t k = 0; k < here; ++k) {
      out.emplace_back();
      for (int row = 0; row < 12; ++row) out.back().push_back(s.self[row * kN + k]);
      for (int row = 0; row < t.dipole.n_pairs * kDipoleRows; ++row) out.back().push_back(s.t[row * kN + k]);
    }
  }
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(SumDipoles);

namespace test {
namespace {

// w K K^T in the order 00 01 02 11 12 22; 0 for K = 0. damped: with its Gaussian, which the limit of G = 0
// has not.
std::array<Long, 6> moments(const DipoleTables& t, const Long k[3], bool damped = true) {
  constexpr int at[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};
  Long kek = 0;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) kek += k[a] * t.dielectric[at[a][b]] * k[b];
  std::array<Long, 6> out{};
  if (kek == 0) return out;
  const Long w =
      t.four_pi_over_volume * (damped ? std::exp(-kek / (4 * Long(t.lambda) * t.lambda)) : 1) / kek;
  for (int a = 0, e = 0; a < 3; ++a)
    for (int b = a; b < 3; ++b) out[e++] = w * k[a] * k[b];
  return out;
}

// What SumDipoles is to return for one q-point, and the sum of magnitudes that goes into T.
std::vector<Long> dipole_rows(const DipoleTables& t, const std::vector<double>& q,
                              const std::vector<double>& direction, bool splitting, Long& size) {
  const bool centre = q[0] == 0 && q[1] == 0 && q[2] == 0;
  const Long at_zero[3] = {centre ? splitting * direction[0] : q[0], centre ? splitting * direction[1] : q[1],
                           centre ? splitting * direction[2] : q[2]};
  const std::array<Long, 6> zero = moments(t, at_zero, !centre);
  std::vector<Long> out(12 + 12 * t.n_pairs);
  size = 0;
  for (int e = 0; e < 6; ++e) {
    out[e] = out[6 + e] = zero[e];
    size += std::abs(zero[e]);
  }
  for (std::size_t g = 0; g < t.g_pairs.size(); ++g) {
    const double* c = t.g_pairs[g].cartesian;
    const Long k_plus[3] = {Long(q[0]) + c[0], Long(q[1]) + c[1], Long(q[2]) + c[2]};
    const Long k_minus[3] = {Long(q[0]) - c[0], Long(q[1]) - c[1], Long(q[2]) - c[2]};
    const auto plus = moments(t, k_plus), minus = moments(t, k_minus);
    for (int e = 0; e < 6; ++e) {
      out[e] += plus[e] + minus[e];
      size += std::abs(plus[e]) + std::abs(minus[e]);
      for (int pair = 0; pair < t.n_pairs; ++pair) {
        const double* phase = &t.phases[(pair / 2 * t.g_pairs.size() + g) * 4 + pair % 2 * 2];
        out[12 + 12 * pair + e] += (plus[e] + minus[e]) * phase[0];
        out[12 + 12 * pair + 6 + e] += (plus[e] - minus[e]) * phase[1];
      }
    }
  }
  return out;
}

TEST_CASE("kernel: Ewald's reciprocal half", "[core][kernel]") {
  for (const char* name :
       {"polar, anisotropic charges", "polar, isotropic charges, left-handed cell, atoms outside",
        "polar, monatomic", "polar, inversion, rhombohedral cell"}) {
    const auto plan = plan_of(make_crystal(recipe(name)));
    const Tables& t = plan->tables();
    double largest_phase = 1;  // isotropic charges are in it
    for (double x : t.dipole.phases) largest_phase = std::max(largest_phase, std::abs(x));
    Columns directions;
    Numbers numbers(4);
    const Columns all = points_of_all_kinds(4);
    for (std::size_t k = 0; k < all.size(); ++k) directions.push_back(numbers.list(3, -2, 2));
    directions[all.size() - 5] = {0, 0, 0};  // of a zone centre
    const PointsFound points = HWY_DYNAMIC_DISPATCH(FindPoints)(t, all, directions);
    for (const bool splitting : {true, false}) {
      INFO(name << ", splitting " << splitting);
      for_every_target([&] {
        const Columns found =
            HWY_DYNAMIC_DISPATCH(SumDipoles)(t, points.cartesian, points.direction, splitting);
        Worst worst;
        for (std::size_t k = 0; k < found.size(); ++k) {
          Long size = 0;
          const auto exact = dipole_rows(t.dipole, points.cartesian[k], points.direction[k], splitting, size);
          REQUIRE(found[k].size() == exact.size());
          for (std::size_t row = 0; row < exact.size(); ++row)
            worst.add(std::abs(found[k][row] - exact[row]) / size / (row < 12 ? 1 : largest_phase));
        }
        CHECK(worst.value() < 4e-15);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
