// Histograms over energy: against counts made here of the same modes, and the same bits however q-points are
// shared out.
#include <cmath>
#include <utility>

#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

namespace {

const std::size_t kPoints = kSanitized ? 5 : 13;

JobOptions histogram_of(int shares_per_atom, std::vector<double> width, double q_width) {
  JobOptions options = options_of(Quantity::histogram);
  options.histogram.energy_min = -20;
  options.histogram.energy_max = 90;
  options.histogram.bins = 220;
  options.histogram.shares_per_atom = shares_per_atom;
  options.histogram.width = std::move(width);
  options.histogram.q_width = q_width;
  return options;
}

std::vector<double> some_weights(std::size_t count) {
  std::vector<double> weights;
  for (std::size_t k = 0; k < count; ++k) weights.push_back(1 + k % 3);
  return weights;
}

// Sums over chunks of `chunk_points` points (0: one chunk).
std::vector<double> counted(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                            const Points& points, const std::vector<double>& weights,
                            std::size_t chunk_points = 0) {
  const auto job = std::make_shared<Job>(plan, options);
  std::vector<double> sum(options.histogram.size(plan->n_atoms()), 0.0);
  CHECK(job->bytes_per_chunk() == sizeof(double) * sum.size());
  const std::size_t step = chunk_points > 0 ? chunk_points : points.size();
  for (std::size_t first = 0; first < points.size(); first += step) {
    Chunk chunk = make_chunk(points, first, std::min(step, points.size() - first));
    chunk.weights.assign(weights.begin() + first, weights.begin() + first + chunk.count);
    const ChunkResult result = run(pool, job, std::move(chunk));
    REQUIRE(result.histogram);
    CHECK_FALSE(result.frequencies);
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += result.histogram[k];
  }
  return sum;
}

// The share of a normal distribution below x; of one without width, all or nothing.
double share_below(double x, double deviation) {
  return deviation == 0 ? (x > 0 ? 1 : 0) : 0.5 * std::erfc(-x / deviation / std::sqrt(2.0));
}

// The same of modes that left the kernel.
std::vector<double> expected(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                             const Points& points, const std::vector<double>& weights) {
  const Histogram& h = options.histogram;
  const int n_atoms = plan->n_atoms();
  JobOptions of_modes = options_of(Quantity::modes);
  of_modes.mode_gradients = true;
  const Results modes = evaluate(pool, plan, of_modes, points);
  std::vector<double> sum(h.size(n_atoms), 0.0);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto w = modes.frequencies_at(k);
    const auto gradients = modes.mode_gradients_at(k);
    const auto e = modes.eigenvectors_at(k, n_atoms);
    for (int m = 0; m < 3 * n_atoms; ++m) {
      double fwhm = 0, power = 1;
      for (const double c : h.width) {
        fwhm += c * power;
        power *= w[m];
      }
      const double deviation =
          std::hypot(fwhm / std::sqrt(8 * std::log(2.0)), h.q_width * gradients.row(m).norm());
      for (int row = 0; row < h.rows(n_atoms); ++row) {
        const int size = h.shares_per_atom == 1 ? 3 : 1;
        const double share = row == 0 ? 1 : e.col(m).segment(size * (row - 1), size).squaredNorm();
        for (int bin = 0; bin < h.bins; ++bin)
          sum[row * h.bins + bin] +=
              weights[k] * share *
              (share_below(h.edge(bin + 1) - w[m], deviation) - share_below(h.edge(bin) - w[m], deviation));
      }
    }
  }
  return sum;
}

// Structure factors at both signs of energy, in blocks of `block_points`.
JobOptions scattering_histogram(const Recipe& recipe, std::vector<double> width, std::size_t block_points) {
  JobOptions options = histogram_of(0, std::move(width), 0);
  options.histogram.energy_min = -90;
  options.histogram.weight = ModeWeight::structure_factor;
  options.histogram.block_points = block_points;
  options.scattering = scattering_of(recipe);
  options.scattering.temperature = 300;
  options.scattering.negative_e = true;
  return options;
}

// [blocks][bins] of structure factors that left the kernel.
std::vector<double> expected_scattering(Pool& pool, const std::shared_ptr<const Plan>& plan,
                                        const JobOptions& options, const Points& points,
                                        const std::vector<double>& weights) {
  const Histogram& h = options.histogram;
  JobOptions plain = options_of(Quantity::structure_factor);
  plain.scattering = options.scattering;
  const Results modes = evaluate(pool, plan, plain, points);
  std::vector<double> sum(h.blocks(points.size()) * h.bins, 0.0);
  for (std::size_t k = 0; k < points.size(); ++k) {
    const auto frequencies = modes.frequencies_at(k), s = modes.structure_factors_at(k);
    for (std::size_t m = 0; m < s.size(); ++m) {
      const double w = m < frequencies.size() ? frequencies[m] : -frequencies[m - frequencies.size()];
      double fwhm = 0, power = 1;
      for (const double c : h.width) {
        fwhm += c * power;
        power *= w;
      }
      const double deviation = std::abs(fwhm) / std::sqrt(8 * std::log(2.0));
      for (int bin = 0; bin < h.bins; ++bin)
        sum[k / h.block_points * h.bins + bin] +=
            weights[k] * s[m] *
            (share_below(h.edge(bin + 1) - w, deviation) - share_below(h.edge(bin) - w, deviation));
    }
  }
  return sum;
}

// All blocks, one after the other, from chunks of `chunk_points` points.
std::vector<double> blocks_of(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                              const Points& points, const std::vector<double>& weights,
                              std::size_t chunk_points) {
  const auto job = std::make_shared<Job>(plan, options);
  std::vector<double> all;
  for (std::size_t first = 0; first < points.size(); first += chunk_points) {
    Chunk chunk = make_chunk(points, first, std::min(chunk_points, points.size() - first));
    chunk.weights.assign(weights.begin() + first, weights.begin() + first + chunk.count);
    const std::size_t numbers = job->histogram_numbers(chunk.count);
    CHECK(job->bytes_per_chunk() + chunk.count * job->bytes_per_point() >= sizeof(double) * numbers);
    const ChunkResult result = run(pool, job, std::move(chunk));
    REQUIRE(result.histogram);
    all.insert(all.end(), result.histogram.get(), result.histogram.get() + numbers);
  }
  return all;
}

const std::vector<double> kNoWidth, kWidth = {1.5, 0.01, -1e-4};
constexpr double kQWidth = 0.03;  // 1/angstrom

}  // namespace

TEST_CASE("core: a histogram counts modes, spread over bins by integrals", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    const Points points = Random(recipe.seed).points(kPoints, 2);
    const auto weights = some_weights(points.size());
    for (const int shares : {0, 1, 3}) {
      for (const auto& width : {kNoWidth, kWidth}) {
        for (const double q_width : {0.0, kQWidth}) {
          INFO(recipe.name << ", shares of atoms " << shares << ", coefficients " << width.size()
                           << ", q_width " << q_width);
          const JobOptions options = histogram_of(shares, width, q_width);
          const auto found = counted(pool, plan, options, points, weights);
          const auto wanted = expected(pool, plan, options, points, weights);
          double worst = 0;
          for (std::size_t k = 0; k < wanted.size(); ++k)
            keep_worst(worst, std::abs(found[k] - wanted[k]) / std::max(1.0, wanted[k]));
          // each of some thousand shares is rounded by kHistogramQuantum / 2
          CHECK(worst < 5e-6);
        }
      }
    }
  }
}

TEST_CASE("core: all modes are in a histogram that is wide enough, to the last bit", "[core]") {
  Pool pool(1);
  const auto plan = plan_of(make_crystal(recipe("polar, anisotropic charges")), SumRule::reciprocal);
  const Points points = Random(3).points(kPoints, 2);
  const auto weights = some_weights(points.size());
  double wanted = 0;
  for (const double weight : weights) wanted += weight * 3 * plan->n_atoms();
  for (const double q_width : {0.0, kQWidth}) {
    JobOptions options = histogram_of(3, kWidth, q_width);
    options.histogram.energy_min = -1000;
    options.histogram.energy_max = 1000;
    const auto found = counted(pool, plan, options, points, weights);
    double all = 0, shares = 0;
    for (int bin = 0; bin < options.histogram.bins; ++bin) {
      all += found[bin];
      for (int row = 1; row <= 3 * plan->n_atoms(); ++row)
        shares += found[row * options.histogram.bins + bin];
    }
    CHECK(all == wanted);
    CHECK(shares == Approx(wanted).epsilon(1e-7));
  }
}

TEST_CASE("core: histograms have the same bits for all threads and chunks", "[core][pool]") {
  Pool one(1), two(2);
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges"}) {
    const auto plan = plan_of(make_crystal(recipe(name)), SumRule::reciprocal);
    const Points points = Random(5).points(kSanitized ? 70 : 700, 2);
    const auto weights = some_weights(points.size());
    for (const double q_width : {0.0, kQWidth}) {
      INFO(name << ", q_width " << q_width);
      const JobOptions options = histogram_of(q_width != 0 ? 1 : 0, kWidth, q_width);
      const auto wanted = counted(one, plan, options, points, weights);
      for (const std::size_t chunk : {0, 1, 7, 33, 64})
        CHECK(counted(two, plan, options, points, weights, chunk) == wanted);
    }
  }
}

TEST_CASE("core: a histogram of structure factors, block by block", "[core]") {
  Pool pool(1);
  for (const Recipe& recipe : tested_recipes()) {
    const auto plan = plan_of(make_crystal(recipe), SumRule::reciprocal);
    const Points points = Random(recipe.seed).points(kPoints, 2);
    const auto weights = some_weights(points.size());
    for (const auto& width : {kNoWidth, kWidth}) {
      INFO(recipe.name << ", coefficients " << width.size());
      const JobOptions options = scattering_histogram(recipe, width, 4);
      const auto found = blocks_of(pool, plan, options, points, weights, points.size());
      const auto wanted = expected_scattering(pool, plan, options, points, weights);
      REQUIRE(found.size() == wanted.size());
      double worst = 0, largest = 0;
      for (const double x : wanted) largest = std::max(largest, x);
      for (std::size_t k = 0; k < wanted.size(); ++k) keep_worst(worst, std::abs(found[k] - wanted[k]));
      CHECK(largest > 0);
      // each of several modes in a bin by 1e-9 of its weight
      CHECK(worst < 1e-8 * largest);
    }
  }
}

TEST_CASE("core: blocks of structure factors have the same bits for all threads and chunks", "[core][pool]") {
  Pool one(1), two(2);
  for (const char* name : {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges"}) {
    INFO(name);
    const auto plan = plan_of(make_crystal(recipe(name)), SumRule::reciprocal);
    const Points points = Random(5).points(kSanitized ? 70 : 700, 2);
    const auto weights = some_weights(points.size());
    const JobOptions options = scattering_histogram(recipe(name), kWidth, 13);
    const auto wanted = blocks_of(one, plan, options, points, weights, points.size());
    for (const std::size_t chunk : {13, 26, 130, 1300})
      CHECK(blocks_of(two, plan, options, points, weights, chunk) == wanted);
  }
}

TEST_CASE("core: a job of many small blocks counts modes as one without", "[core][pool]") {
  Pool pool(2);
  const auto plan = plan_of(make_crystal(recipe("triclinic")), SumRule::reciprocal);
  const Points points = Random(6).points(kSanitized ? 20 : 200, 2);
  const auto weights = some_weights(points.size());
  JobOptions options = histogram_of(0, kWidth, 0);
  const auto wanted = counted(pool, plan, options, points, weights);
  options.histogram.block_points = 3;
  const auto blocks = blocks_of(pool, plan, options, points, weights, 30);
  std::vector<double> sum(wanted.size(), 0.0);
  for (std::size_t k = 0; k < blocks.size(); ++k) sum[k % sum.size()] += blocks[k];
  CHECK(sum == wanted);
}

TEST_CASE("core: bins hold their lower end, and the last one its upper", "[core]") {
  Histogram h;
  h.energy_min = 0;
  h.energy_max = 3;
  h.bins = 3;
  const auto bins_of = [&](double energy, double deviation) {
    std::vector<double> counts(3, 0.0);
    const double weight = 1;
    count_mode(h, energy, deviation, &weight, 1, 1, counts.data());
    return counts;
  };
  CHECK(bins_of(0, 0) == std::vector<double>{1, 0, 0});
  CHECK(bins_of(1, 0) == std::vector<double>{0, 1, 0});
  CHECK(bins_of(std::nextafter(1.0, 0.0), 0) == std::vector<double>{1, 0, 0});
  CHECK(bins_of(3, 0) == std::vector<double>{0, 0, 1});
  for (const double outside : {-1e-9, 3.001, 1e300, -1e300, double(NAN)})
    CHECK(bins_of(outside, 0) == std::vector<double>{0, 0, 0});
  // half of it is below
  CHECK(bins_of(0, 0.1)[0] == Approx(0.5).margin(1e-7));
  // a width beyond all bins
  for (const double share : bins_of(1, 1e6)) CHECK(share == Approx(0.3989e-6).margin(1e-7));
  // edges are where no bin begins before the one below ends
  h.energy_min = -0.1;
  h.energy_max = 0.2;
  h.bins = 7;
  for (int k = 0; k < 7; ++k) {
    std::vector<double> counts(7, 0.0);
    const double weight = 1;
    count_mode(h, h.edge(k), 0, &weight, 1, 1, counts.data());
    CHECK(counts[k] == 1);
  }
}
