// LO-TO splitting: when a q-point is the zone centre, and from which side it is approached.
#include <cmath>
#include <limits>

#include "core/pool/job_parts.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"
#include "support/reference.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Directions of a list given as one chunk; empty: none anywhere.
Points directions_of(const Points& points, const Points& given = {}) {
  const std::vector<double> flat = approach_directions(make_chunk(points, 0, points.size(), given));
  Points out;
  for (std::size_t k = 0; k < flat.size() / 3; ++k)
    out.push_back({flat[k], flat[points.size() + k], flat[2 * points.size() + k]});
  return out;
}

const Point kNone = {0, 0, 0};

}  // namespace

TEST_CASE("core: the direction of approach is taken from the list", "[core]") {
  // next - this
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}, {0, 0.25, 0}})[1] == Point{0, 0.25, 0});
  CHECK(directions_of({{0.5, 0, 0}, {1, 0, 0}, {1, 0.25, 0}})[1] == Point{0, 0.25, 0});
  // this - previous where there is no next
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}})[1] == Point{-0.5, 0, 0});
  // ... and where next is a zone centre, too, the same or another
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}, {0, 0, 0}})[1] == Point{-0.5, 0, 0});
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}, {1, 0, 0}, {1, 0, 0.5}})[1] == Point{-0.5, 0, 0});
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}, {1, 0, 0}, {1, 0, 0.5}})[2] == Point{0, 0, 0.5});
  // none: alone, among others of its kind
  CHECK(directions_of({{0, 0, 0}})[0] == kNone);
  CHECK(directions_of({{1, 1, 1}, {2, 0, 0}, {0, 0, 0}})[1] == kNone);
  CHECK(directions_of({{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0.1, 0, 0}})[1] == kNone);
  // points elsewhere have none, and a list without a zone centre has nothing
  CHECK(directions_of({{0.5, 0, 0}, {0, 0, 0}, {0, 0.25, 0}})[0] == kNone);
  CHECK(directions_of({{0.5, 0, 0}, {0.25, 0, 0}}).empty());
}

TEST_CASE("core: neighbours of a chunk decide at its ends", "[core]") {
  const Points points = {{0, 0, 0}, {0.5, 0, 0}, {0, 0, 0}, {1, 0, 0}, {0, 0, 0.25}, {0, 0, 0}};
  const Points whole = directions_of(points);
  for (std::size_t step = 1; step <= points.size(); ++step) {
    for (std::size_t first = 0; first < points.size(); first += step) {
      const std::size_t count = std::min(step, points.size() - first);
      const auto flat = approach_directions(make_chunk(points, first, count));
      for (std::size_t k = 0; k < count; ++k)
        for (int a = 0; a < 3; ++a) CHECK((flat.empty() ? 0.0 : flat[a * count + k]) == whole[first + k][a]);
    }
  }
}

TEST_CASE("core: explicit directions come first, a NaN leaves it to the list", "[core]") {
  const Points points = {{0.5, 0, 0}, {0, 0, 0}, {0, 0.25, 0}, {1, 0, 0}, {0, 0, 0}};
  const Point nan = {kNaN, kNaN, kNaN};
  const Points found = directions_of(points, {{1, 1, 1}, {1, 2, 3}, nan, nan, {0, 0, 1}});
  CHECK(found[0] == kNone);
  CHECK(found[1] == Point{1, 2, 3});
  CHECK(found[3] == Point{1 - 0.0, -0.25, 0});
  CHECK(found[4] == Point{0, 0, 1});
}

TEST_CASE("core: the zone centre is the lattice point itself, not its surroundings", "[core]") {
  for (const double off : {1e-9, 1e-7, 5e-6, 1e-3}) {
    INFO(off);
    CHECK(directions_of({{1 + off, 0, 0}, {1, 0.5, 0}}).empty());
    CHECK(directions_of({{0, 0, off}, {1, 0.5, 0}}).empty());
  }
  // Rounding of sums is forgiven.
  double third = 0;
  for (int k = 0; k < 30; ++k) third += 0.1;
  CHECK(third != 3);
  CHECK_FALSE(directions_of({{third, 0, 0}, {1, 0.5, 0}}).empty());
  CHECK_FALSE(directions_of({{1e6, -1e6, 3e5}, {1, 0.5, 0}}).empty());
}

TEST_CASE("core: frequencies at the zone centre follow the direction of approach", "[core]") {
  Pool pool(1);
  for (const char* name : {"polar, anisotropic charges",
                           "polar, inversion, pairs and self-images, atoms outside", "polar, cubic cell"}) {
    const Model model = make_crystal(recipe(name));
    const Reference reference(model, SumRule::reciprocal);
    const auto plan = plan_of(model, SumRule::reciprocal);
    const JobOptions options = options_of(Quantity::frequencies),
                     off = options_of(Quantity::frequencies, false);
    const auto at = [&](const JobOptions& job, const Points& points, std::size_t k,
                        const Points& given = {}) {
      return evaluate(pool, plan, job, points, 0, given).frequencies_at(k);
    };
    INFO(name);
    const auto plain = reference.modes({0, 0, 0}).frequencies;
    CHECK(frequency_error(plain, at(options, {{0, 0, 0}}, 0)) < 1e-9);
    CHECK(at(options, {{0, 0, 0}}, 0) == at(off, {{0, 0, 0}}, 0));
    CHECK(at(off, {{0, 0, 0}, {0.5, 0, 0}}, 0) == at(off, {{0, 0, 0}}, 0));
    CHECK(frequency_error(plain, at(options, {{0, 0, 0}}, 0, {{0, 0, 0}})) < 1e-9);
    for (const Point& n : {Point{1, 0, 0}, Point{0.3, -0.2, 0.7}, Point{0, 1, 1}}) {
      const auto split = reference.modes({0, 0, 0}, n).frequencies;
      CHECK(frequency_error(plain, split) > 1e-3);  // there is something to see
      CHECK(frequency_error(split, at(options, {{0, 0, 0}}, 0, {n})) < 1e-9);
      CHECK(frequency_error(split, at(options, {{2, -1, 0}}, 0, {n})) < 1e-9);
      CHECK(at(off, {{0, 0, 0}}, 0, {n}) == at(off, {{0, 0, 0}}, 0));
      for (const double length : {1e-30, 1e-3, -1.0, 1e30}) {
        INFO("length " << length);
        CHECK(frequency_error(split, at(options, {{0, 0, 0}}, 0,
                                        {{length * n[0], length * n[1], length * n[2]}})) < 1e-9);
      }
      // The limit of points that come closer: D there differs by terms of first order in q.
      for (const double near : {1e-4, 1e-6, 1e-8}) {
        const Points points = {{near * n[0], near * n[1], near * n[2]}};
        INFO("at " << near << " of the direction");
        CHECK(frequency_error(split, at(options, points, 0)) < 1e3 * near);
        CHECK(frequency_error(reference.modes(points[0]).frequencies, at(options, points, 0)) < 1e-9);
      }
    }
  }
}

TEST_CASE("core: 1.000005 0 0 is no zone centre, whatever its neighbours are", "[core]") {
  Pool pool(1);
  const Model model = make_crystal(recipe("polar, anisotropic charges"));
  const Reference reference(model, SumRule::none);
  const auto plan = plan_of(model);
  const Point q = {1.000005, 0, 0};
  const auto expected = reference.modes(q).frequencies;
  for (const Points& points : {Points{q}, Points{q, {0, 0.5, 0}}, Points{q, {0, 0, 0.5}}}) {
    const auto found =
        evaluate(pool, plan, options_of(Quantity::frequencies), points, 0, Points(points.size(), {0, 1, 0}));
    CHECK(frequency_error(expected, found.frequencies_at(0)) < 1e-9);
  }
}
