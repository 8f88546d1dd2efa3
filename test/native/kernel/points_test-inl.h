// Tests of core/kernel/points-inl.h.
#if defined(EUPHONIC_POINTS_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_POINTS_TEST_INL
#undef EUPHONIC_POINTS_TEST_INL
#else
#define EUPHONIC_POINTS_TEST_INL
#endif

#include "core/kernel/points-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// q, directions: columns of three.
test::PointsFound FindPoints(const Tables& t, const test::Columns& q, const test::Columns& directions) {
  test::PointsFound out;
  Points p{};
  Layout counted(nullptr, kN);
  lay_out_points(p, counted);
  const test::Lanes memory(counted.size());
  Layout placed(memory.get(), kN);
  lay_out_points(p, placed);
  std::size_t n_powers = 0;
  for (int m : t.max_index) n_powers += 2 * (2 * m + 1);
  const TermChunk& chunk = t.chunks[0];
  const test::Lanes powers(n_powers * kLanes), atoms(2 * t.n_atoms * kLanes),
      vectors(2 * chunk.n_vectors * kLanes), cosines(chunk.n_vectors * kLanes);
  for (std::size_t first = 0; first < q.size(); first += kLanes) {
    const std::size_t here = std::min(kLanes, q.size() - first);
    for (int a = 0; a < 3; ++a) {
      for (std::size_t k = 0; k < kLanes; ++k) {
        p.q[a * kLanes + k] = q[first + std::min(k, here - 1)][a];
        p.dir[a * kLanes + k] = directions[first + std::min(k, here - 1)][a];
      }
    }
    for (std::size_t lane = 0; lane < kLanes; lane += kN) {
      reduce_points(t, p, lane);
      axis_powers(t.max_index, p, lane, powers.get());
      atom_phases(t, p.f, lane, atoms.get());
    }
    chunk_phases<true>(t, chunk, powers.get(), vectors.get());
    chunk_phases<false>(t, chunk, powers.get(), cosines.get());
    for (int r = 0; r < chunk.n_vectors; ++r)
      if (!std::equal(&cosines[r * kLanes], &cosines[r * kLanes] + kLanes, &vectors[2 * r * kLanes]))
        return {};
    const auto take = [&](test::Columns& to, const double* rows, std::size_t count) {
      for (std::size_t k = 0; k < here; ++k) {
        to.emplace_back();
        for (std::size_t row = 0; row < count; ++row) to.back().push_back(rows[row * kLanes + k]);
      }
    };
    take(out.f, p.f, 3);
    take(out.n, p.n, 3);
    take(out.cartesian, p.cart, 3);
    take(out.direction, p.dir + 3 * kLanes, 3);
    take(out.gamma, p.gamma, 1);
    take(out.powers, powers.get(), n_powers);
    take(out.vectors, vectors.get(), 2 * chunk.n_vectors);
    take(out.atoms, atoms.get(), 2 * t.n_atoms);
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

HWY_EXPORT(FindPoints);

namespace test {
namespace {

Long squared_length(const Tables& t, const Long f[3]) {
  Long sum = 0;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) sum += f[a] * t.nearest_metric[a][b] * f[b];
  return sum;
}

// Of f + any lattice vector, of those within two steps in the shortest basis.
Long smallest_squared_length(const Tables& t, const std::vector<double>& f) {
  Long smallest = std::numeric_limits<Long>::infinity();
  for (int x = -2; x <= 2; ++x)
    for (int y = -2; y <= 2; ++y)
      for (int z = -2; z <= 2; ++z) {
        Long g[3];
        for (int a = 0; a < 3; ++a)
          g[a] = f[a] + x * t.nearest_basis[0][a] + y * t.nearest_basis[1][a] + z * t.nearest_basis[2][a];
        smallest = std::min(smallest, squared_length(t, g));
      }
  return smallest;
}

Columns points_of_all_kinds(unsigned seed) {
  Numbers numbers(seed);
  Columns q;
  for (int k = 0; k < 60; ++k) q.push_back(numbers.list(3, -40, 40));
  for (int k = 0; k < 20; ++k) q.push_back(numbers.list(3, -0.5, 0.5));
  q.push_back({0, 0, 0});
  q.push_back({-7, 12, 3});
  q.push_back({0.1 * 30, 1, -2});  // not quite 3
  q.push_back({0, 2 + 9e-11, 0});
  q.push_back({1.2e-10, 0, 0});  // not a zone centre any more
  q.push_back({0.5, 0, 0.5});
  return q;
}

TEST_CASE("kernel: q-points near the zone centre", "[core][kernel]") {
  for (const char* name :
       {"polar, cubic cell", "polar, anisotropic charges", "polar, inversion, rhombohedral cell",
        "polar, isotropic charges, left-handed cell, atoms outside"}) {
    INFO(name);
    const auto plan = plan_of(make_crystal(recipe(name)));
    const Tables& t = plan->tables();
    const Columns q = points_of_all_kinds(1), directions(q.size(), {1, -2, 0.5});
    for_every_target([&] {
      const PointsFound found = HWY_DYNAMIC_DISPATCH(FindPoints)(t, q, directions);
      REQUIRE(found.f.size() == q.size());
      Worst difference, excess, cartesian;
      for (std::size_t k = 0; k < q.size(); ++k) {
        const auto &f = found.f[k], &n = found.n[k];
        const bool centre = std::max({std::abs(f[0]), std::abs(f[1]), std::abs(f[2])}) == 0;
        CHECK(found.gamma[k][0] == (centre ? 1 : 0));
        double distance = 0;
        for (int a = 0; a < 3; ++a) distance = std::max(distance, std::abs(q[k][a] - n[a]));
        CHECK(centre == (distance <= kGammaTolerance));
        Long length[3];
        for (int a = 0; a < 3; ++a) {
          CHECK(n[a] == std::nearbyint(n[a]));
          difference.add(std::abs(Long(q[k][a]) - n[a] - f[a]) - (centre ? kGammaTolerance : 0));
          length[a] = f[a];
        }
        const Long own = squared_length(t, length), least = smallest_squared_length(t, f);
        if (!centre) excess.add(own / least - 1);
        for (int c = 0; c < 3; ++c) {
          Long x = 0, y = 0, size = 0;
          for (int a = 0; a < 3; ++a) {
            x += Long(f[a]) * t.reciprocal[a][c];
            y += Long(directions[k][a]) * t.reciprocal[a][c];
            size += std::abs(t.reciprocal[a][c]);
          }
          cartesian.add(std::abs(x - found.cartesian[k][c]) / size);
          cartesian.add(std::abs(y - found.direction[k][c]) / size);
        }
      }
      CHECK(difference.value() < 1e-15);
      CHECK(excess.value() < 1e-8);
      CHECK(cartesian.value() < 3e-16);
    });
  }
}

TEST_CASE("kernel: phases of lattice vectors and atoms", "[core][kernel]") {
  for (const char* name : {"polar, anisotropic charges", "monatomic, 12 x 12 x 12 cells",
                           "polar, inversion, rhombohedral cell"}) {
    INFO(name);
    const auto plan = plan_of(make_crystal(recipe(name)));
    const Tables& t = plan->tables();
    const Columns q = points_of_all_kinds(2);
    for_every_target([&] {
      const PointsFound found = HWY_DYNAMIC_DISPATCH(FindPoints)(t, q, q);
      REQUIRE(found.f.size() == q.size());
      Worst powers, vectors, atoms;
      const auto add = [](Worst& worst, const double* z, Long turns, Long weight) {
        const Long angle = kTwoPi * (turns - std::nearbyint(turns));
        worst.add(std::max(std::abs(z[0] - std::cos(angle)), std::abs(z[1] - std::sin(angle))) / weight);
      };
      for (std::size_t k = 0; k < q.size(); ++k) {
        const auto& f = found.f[k];
        std::size_t row = 0;
        for (int a = 0; a < 3; ++a)
          for (int m = -t.max_index[a]; m <= t.max_index[a]; ++m, row += 2)
            add(powers, &found.powers[k][row], Long(f[a]) * m, std::max(1, std::abs(m)));
        for (int r = 0; r < t.chunks[0].n_vectors; ++r) {
          const HalfVector& v = t.vectors[t.chunks[0].first_vector + r];
          add(vectors, &found.vectors[k][2 * r], Long(f[0]) * v.x + Long(f[1]) * v.y + Long(f[2]) * v.z,
              std::max(1, std::abs(v.x) + std::abs(v.y) + std::abs(v.z)));
        }
        for (int i = 0; i < t.n_atoms; ++i) {
          Long turns = 0, size = 1;
          for (int a = 0; a < 3; ++a) {
            turns += Long(f[a]) * t.atom_r[3 * i + a];
            size += std::abs(f[a] * t.atom_r[3 * i + a]);
          }
          add(atoms, &found.atoms[k][2 * i], turns, size);
        }
      }
      CHECK(powers.value() < 2e-16);
      CHECK(vectors.value() < 2.3e-16);
      CHECK(atoms.value() < 6e-16);
    });
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
