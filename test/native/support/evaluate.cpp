#include "evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <future>
#include <stdexcept>
#include <utility>

namespace euphonic::test {

namespace {

constexpr double kGap = 0.05;     // meV
constexpr double kLeastMode = 1;  // meV
// Weaker runs, as a part of what a mode could scatter here at most, are compared as if they were this strong.
constexpr double kLeastShare = 1e-3;

bool lattice_vector(const Point& v) {
  return std::all_of(v.begin(), v.end(), [](double x) { return std::abs(x - std::round(x)) <= 1e-10; });
}

Point difference(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// Rows of a chunk's array to their place in the whole.
void place(const double* from, std::size_t rows, std::size_t count, std::size_t first, std::size_t total,
           std::vector<double>& to) {
  if (from == nullptr) return;
  to.resize(rows * total);
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(from + r * count, count, to.data() + r * total + first);
}

}  // namespace

std::vector<Recipe> tested_recipes() {
  std::vector<Recipe> out;
  const auto all = recipes();
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!kSanitized || k % 3 == 0 || k + 1 == all.size()) out.push_back(all[k]);
  return out;
}

std::vector<double> Results::column(const std::vector<double>& values, std::size_t k) const {
  std::vector<double> out;
  for (std::size_t at = k; at < values.size(); at += count) out.push_back(values[at]);
  return out;
}

Eigen::MatrixX3d Results::mode_gradients_at(std::size_t k) const {
  const std::vector<double> values = column(mode_gradients, k);
  return Eigen::Map<const Eigen::MatrixX3d>(values.data(), static_cast<Eigen::Index>(values.size() / 3), 3);
}

Eigen::MatrixXcd Results::eigenvectors_at(std::size_t k, int n_atoms) const {
  const int n = 3 * n_atoms;
  Eigen::MatrixXcd out(n, n);
  const std::size_t imaginary_part = static_cast<std::size_t>(n) * n;
  for (int a = 0; a < 3; ++a)
    for (int i = 0; i < n_atoms; ++i)
      for (int m = 0; m < n; ++m) {
        const std::size_t at = (static_cast<std::size_t>(a) * n_atoms + i) * n + m;
        out(3 * i + a, m) = {eigenvectors[at * count + k], eigenvectors[(imaginary_part + at) * count + k]};
      }
  return out;
}

bool Results::operator==(const Results& other) const {
  return count == other.count && imaginary == other.imaginary && same_bits(frequencies, other.frequencies) &&
         same_bits(structure_factors, other.structure_factors) &&
         same_bits(eigenvectors, other.eigenvectors) && same_bits(mode_gradients, other.mode_gradients);
}

Chunk make_chunk(const Points& points, std::size_t first, std::size_t count, const Points& directions) {
  Chunk chunk;
  chunk.count = count;
  for (int a = 0; a < 3; ++a)
    for (std::size_t k = first; k < first + count; ++k) chunk.qpts.push_back(points[k][a]);
  if (!directions.empty())
    for (int a = 0; a < 3; ++a)
      for (std::size_t k = first; k < first + count; ++k) chunk.directions.push_back(directions[k][a]);
  if (first > 0) chunk.before = points[first - 1];
  if (first + count < points.size()) chunk.after = points[first + count];
  return chunk;
}

ChunkResult run(Pool& pool, const std::shared_ptr<Job>& job, Chunk chunk) {
  std::promise<ChunkResult> promise;
  auto future = promise.get_future();
  pool.submit(job, std::move(chunk), [&](ChunkResult result) { promise.set_value(std::move(result)); });
  return future.get();
}

Results evaluate(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                 const Points& points, std::size_t chunk_points, const Points& directions) {
  const auto job = std::make_shared<Job>(plan, options);
  const std::size_t total = points.size(), step = chunk_points == 0 ? total : chunk_points;
  std::vector<std::promise<ChunkResult>> promises((total + step - 1) / step);
  for (std::size_t c = 0; c < promises.size(); ++c) {
    const std::size_t first = c * step;
    pool.submit(job, make_chunk(points, first, std::min(step, total - first), directions),
                [&promises, c](ChunkResult result) { promises[c].set_value(std::move(result)); });
  }
  Results out;
  out.count = total;
  std::string failure;
  for (std::size_t c = 0; c < promises.size(); ++c) {
    const ChunkResult result = promises[c].get_future().get();
    if (!result.error.empty()) failure = result.error;
    if (result.cancelled) failure = "cancelled";
    if (!failure.empty()) continue;
    const std::size_t n = job->n_modes(), first = c * step, count = result.count;
    place(result.frequencies.get(), n, count, first, total, out.frequencies);
    place(result.structure_factors.get(), job->n_surfaces(), count, first, total, out.structure_factors);
    place(result.eigenvectors.get(), 2 * n * n, count, first, total, out.eigenvectors);
    place(result.mode_gradients.get(), 3 * n, count, first, total, out.mode_gradients);
    out.imaginary += result.imaginary;
  }
  if (!failure.empty()) throw std::runtime_error(failure);
  return out;
}

std::shared_ptr<const Plan> plan_of(const Model& model, SumRule rule, bool dipole, double dipole_parameter) {
  PlanOptions options;
  options.asr = rule;
  options.dipole = dipole;
  options.dipole_parameter = dipole_parameter;
  return make_plan(model, options);
}

JobOptions options_of(Quantity quantity, bool splitting) {
  JobOptions options;
  options.quantity = quantity;
  options.splitting = splitting;
  return options;
}

Scattering scattering_of(const Recipe& recipe) {
  Scattering out;
  Random random(recipe.seed + 7);
  const int n = recipe.n_atoms();
  for (int i = 0; i < n; ++i) {
    const double length = random.uniform(-4, 10);
    const int image = image_of(recipe, i);
    out.lengths.push_back(image < i ? out.lengths[image] : length);
  }
  return out;
}

std::vector<std::optional<Point>> directions_from_list(const Points& points) {
  std::vector<std::optional<Point>> out(points.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (!lattice_vector(points[k])) continue;
    if (k + 1 < points.size() && !lattice_vector(difference(points[k + 1], points[k])))
      out[k] = difference(points[k + 1], points[k]);
    else if (k > 0 && !lattice_vector(difference(points[k], points[k - 1])))
      out[k] = difference(points[k], points[k - 1]);
  }
  return out;
}

void keep_worst(double& worst, double error) {
  if (!std::isnan(worst) && !(error <= worst)) worst = error;
}

double frequency_error(const std::vector<double>& expected, const std::vector<double>& found) {
  if (expected.size() != found.size()) throw std::logic_error("different numbers of modes");
  double largest = 0;
  for (std::size_t m = 0; m < expected.size(); ++m) {
    const double w = expected[m] * std::abs(expected[m]), v = found[m] * std::abs(found[m]);
    keep_worst(largest, std::abs(w - v) / std::max(1.0, std::abs(w)) / 2);
  }
  return largest;
}

double structure_factor_error(const std::vector<double>& frequencies, const std::vector<double>& expected,
                              const std::vector<double>& found) {
  if (expected.size() != found.size()) throw std::logic_error("different numbers of surfaces");
  const std::size_t n = frequencies.size();
  double worst = 0;
  for (std::size_t half = 0; half < expected.size(); half += n) {
    double all = 0;  // sum of S w, the square of the scattering vector: what a mode could have of it
    for (std::size_t m = 0; m < n; ++m) all += expected[half + m] * std::abs(frequencies[m]);
    for (std::size_t m = 0; m < n;) {
      double sum = 0, sum_found = 0;
      bool counted = true;
      const std::size_t first = m;
      for (; m < n && (m == first || frequencies[m] - frequencies[m - 1] <= kGap); ++m) {
        counted = counted && std::abs(frequencies[m]) >= kLeastMode;
        sum += expected[half + m];
        sum_found += found[half + m];
      }
      if (!counted || (sum == 0 && sum_found == 0)) continue;
      keep_worst(worst,
                 std::abs(sum - sum_found) / std::max(sum, kLeastShare * all / std::abs(frequencies[first])));
    }
  }
  return worst;
}

Points assorted_points(unsigned seed, std::size_t n_random) {
  Random random(seed);
  Points out = random.points(n_random, 3);
  const Points special = {{0, 0, 0},       {0.1, 0.2, 0.3}, {0, 0, 0},           {1, -2, 3},
                          {0.5, 0, 0},     {2, 0, 0},       {0.5, 0.5, 0.5},     {0.5, -0.5, 0},
                          {1e-3, 0, 2e-3}, {0, 0, 1},       {1.000005, 0, 0},    {0, 0, 0},
                          {0, 0, 0},       {7.25, -8, 0.5}, {1. / 3, 1. / 3, 0}, {-1. / 3, 2. / 3, 1}};
  const std::size_t n_special = kSanitized ? 6 : special.size();
  out.insert(out.end(), special.begin(), special.begin() + static_cast<std::ptrdiff_t>(n_special));
  return out;
}

}  // namespace euphonic::test
