// The same bits for every number of threads, every chunking and whatever else the pool is doing.
#include <thread>
#include <utility>

#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

struct Case {
  std::string name;
  std::shared_ptr<const Plan> plan;
  JobOptions options;
  Points points;
};

std::vector<Case> cases() {
  std::vector<Case> out;
  const auto add = [&](const char* name, Quantity quantity, std::size_t n_points) {
    const Recipe& r = recipe(name);
    Case c;
    c.name = std::string(name) + ", quantity " + std::to_string(int(quantity));
    c.plan = plan_of(make_crystal(r), SumRule::reciprocal);
    c.options = options_of(quantity);
    c.options.scattering = scattering_of(r);
    c.options.scattering.temperature = 100;
    c.options.scattering.negative_e = true;
    // Zone centres in the middle, in pairs, at both ends and at the borders of chunks of all sizes.
    c.points = assorted_points(1, n_points);
    const Points more = assorted_points(2, n_points / 2);
    c.points.insert(c.points.end(), more.begin(), more.end());
    c.points.push_back({0, 0, 0});
    c.points.insert(c.points.begin(), {0, 1, 0});
    out.push_back(std::move(c));
  };
  const std::size_t many = kSanitized ? 20 : 300;
  add("polar, anisotropic charges", Quantity::structure_factor, many);
  add("polar, inversion, pairs and self-images, atoms outside", Quantity::structure_factor, many);
  add("triclinic", Quantity::modes, many);
  add("inversion, pairs", Quantity::modes, many);
  add("monatomic, 12 x 12 x 12 cells", Quantity::frequencies, many);
  return out;
}

const std::size_t kChunkSizes[] = {0, 1, 2, 7, 32, 33, 101};

}  // namespace

TEST_CASE("core: results are the same bits for 1, 2 and 3 threads and any chunking", "[core][pool]") {
  for (const Case& c : cases()) {
    Pool alone(1);
    const Results expected = evaluate(alone, c.plan, c.options, c.points);
    for (const int threads : {1, 2, 3}) {
      Pool pool(threads);
      CHECK(pool.n_threads() == threads);
      for (const std::size_t chunk : kChunkSizes) {
        if (kSanitized && chunk > 7 && threads > 1) continue;
        INFO(c.name << ", " << threads << " threads, chunks of " << chunk);
        CHECK(evaluate(pool, c.plan, c.options, c.points, chunk) == expected);
      }
    }
  }
}

TEST_CASE("core: results are the same bits when jobs interleave", "[core][pool]") {
  const std::vector<Case> all = cases();
  std::vector<Results> expected;
  Pool alone(1);
  for (const Case& c : all) expected.push_back(evaluate(alone, c.plan, c.options, c.points));
  Pool pool(3);
  for (const std::size_t chunk : {1, 13}) {
    std::vector<Results> found(all.size());
    std::vector<std::thread> clients;
    for (std::size_t k = 0; k < all.size(); ++k)
      clients.emplace_back(
          [&, k] { found[k] = evaluate(pool, all[k].plan, all[k].options, all[k].points, chunk + k); });
    for (std::thread& t : clients) t.join();
    for (std::size_t k = 0; k < all.size(); ++k) {
      INFO(all[k].name << ", chunks of " << chunk + k);
      CHECK(found[k] == expected[k]);
    }
  }
}

TEST_CASE("core: a point's result does not depend on its neighbours in the batch", "[core]") {
  const Case c = cases().front();
  Pool pool(1);
  Points points;
  for (const Point& q : c.points)
    if (q[0] != std::round(q[0])) points.push_back(q);  // no zone centres: those do depend on the list
  const Results together = evaluate(pool, c.plan, c.options, points);
  const std::vector<std::size_t> order = [&] {
    std::vector<std::size_t> out(points.size());
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = (7 * k + 3) % out.size();
    return out;
  }();
  REQUIRE(points.size() % 7 != 0);
  Points mixed;
  for (std::size_t k : order) mixed.push_back(points[k]);
  const Results apart = evaluate(pool, c.plan, c.options, mixed);
  for (std::size_t k = 0; k < order.size(); ++k) {
    CHECK(apart.frequencies_at(k) == together.frequencies_at(order[k]));
    CHECK(apart.structure_factors_at(k) == together.structure_factors_at(order[k]));
  }
}

TEST_CASE("core: the complex form is made once when several threads need it first", "[core][pool]") {
  const Recipe& r = recipe("inversion, pairs and self-images");
  const Model model = make_crystal(r);
  JobOptions options = options_of(Quantity::structure_factor);
  options.scattering = scattering_of(r);
  for (auto& b : options.scattering.lengths) b += std::complex<double>(0, 1);  // breaks the symmetry
  const Points points = assorted_points(3, 20);
  Pool alone(1);
  const Results expected = evaluate(alone, plan_of(model), options, points);
  Pool pool(3);
  const auto plan = plan_of(model);
  std::vector<Results> found(3);
  std::vector<std::thread> clients;
  for (Results& f : found) clients.emplace_back([&] { f = evaluate(pool, plan, options, points, 1); });
  for (std::thread& t : clients) t.join();
  for (const Results& f : found) CHECK(f == expected);
}

TEST_CASE("core: planning the same model twice gives the same bits", "[core]") {
  Pool pool(1);
  for (const char* name : {"polar, anisotropic charges", "inversion, pairs"}) {
    const Recipe& r = recipe(name);
    const Model model = make_crystal(r);
    const Points points = assorted_points(3, 10);
    const JobOptions options = options_of(Quantity::modes);
    for (const SumRule rule : {SumRule::none, SumRule::reciprocal, SumRule::realspace})
      CHECK(evaluate(pool, plan_of(model, rule), options, points) ==
            evaluate(pool, plan_of(model, rule), options, points));
  }
}
