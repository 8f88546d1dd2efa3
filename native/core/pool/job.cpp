#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "core/assertion.h"
#include "core/platform/memory.h"
#include "core/pool/job_parts.h"
#include "core/units.h"

namespace euphonic {

namespace {

// Scattering lengths, Debye-Waller tensors: equal for an atom and its image under inversion up to rounding.
constexpr double kImageTolerance = 1e-10;

bool symmetric_scattering(const Tables& t, const Scattering& s) {
  for (const auto& b : s.lengths)
    if (b.imag() != 0) return false;
  for (const Tables::Orbit& orbit : t.orbits) {
    if (orbit.second < 0) continue;
    const double b1 = s.lengths[orbit.first].real(), b2 = s.lengths[orbit.second].real();
    if (std::abs(b1 - b2) > kImageTolerance * std::abs(b1)) return false;
    if (s.debye_waller.empty()) continue;
    double largest = 0, difference = 0;
    for (int e = 0; e < 9; ++e) {
      const double w1 = s.debye_waller[9 * orbit.first + e], w2 = s.debye_waller[9 * orbit.second + e];
      largest = std::max(largest, std::abs(w1));
      difference = std::max(difference, std::abs(w1 - w2));
    }
    if (difference > kImageTolerance * largest) return false;
  }
  return true;
}

ScatteringTables scattering_tables(const Tables& t, const Scattering& s) {
  ScatteringTables out;
  for (int i = 0; i < t.n_atoms; ++i) {
    out.amplitude.push_back(s.lengths[i].real() / kBohrInFm * t.inverse_sqrt_mass[i]);
    out.amplitude.push_back(s.lengths[i].imag() / kBohrInFm * t.inverse_sqrt_mass[i]);
    // Without a temperature there is no thermal factor at all.
    if (s.debye_waller.empty() || !s.temperature.has_value()) continue;
    const double* w = &s.debye_waller[9 * i];
    const double unit = 1 / (kBohrInAngstrom * kBohrInAngstrom);
    const double six[6] = {w[0], w[1] + w[3], w[2] + w[6], w[4], w[5] + w[7], w[8]};
    for (double x : six) out.debye_waller.push_back(x * unit);
  }
  if (s.temperature.has_value()) {
    out.thermal = s.bose;
    out.zero_temperature = *s.temperature == 0;
    if (!out.zero_temperature) out.beta = 1 / (kBoltzmannInMeVPerKelvin * *s.temperature);
  }
  out.negative_e = s.negative_e;
  return out;
}

ResultArray allocate(std::size_t values) {
  double* p = static_cast<double*>(allocate_result(values * sizeof(double)));
  if (p == nullptr) throw std::bad_alloc();
  return ResultArray(p);
}

bool integer_vector(const std::array<double, 3>& v) {
  for (double x : v)
    if (std::abs(x - std::round(x)) > kGammaTolerance) return false;
  return true;
}

}  // namespace

Job::Job(std::shared_ptr<const Plan> plan, JobOptions options)
    : plan_(std::move(plan)), options_(std::move(options)) {}

int Job::n_surfaces() const {
  const bool both = options_.quantity == Quantity::structure_factor && options_.scattering.negative_e;
  return both ? 2 * n_modes() : n_modes();
}

std::size_t Job::bytes_per_point() const {
  if (options_.quantity == Quantity::sqw) return sizeof(double);
  const std::size_t n = n_modes();
  if (options_.quantity == Quantity::histogram) {
    const std::size_t block = options_.histogram.block_points;
    return block == 0 ? 0 : (histogram_numbers(block) * sizeof(double) + block - 1) / block;
  }
  std::size_t values = n;
  if (options_.quantity == Quantity::structure_factor) values += n_surfaces();
  if (options_.quantity == Quantity::modes) values += 2 * n * n;
  if (gives_gradients()) values += 3 * n;
  if (options_.quantity == Quantity::displacements) values += 2 * n;  // six for each atom
  return sizeof(double) * values;
}

std::size_t Job::kept_bytes(std::size_t count) const {
  return sizeof(double) * (line_doubles(n_modes(), count) + count);
}

KeptLines::KeptLines(const Job& job, std::size_t points)
    : count(points),
      lines(allocate(line_doubles(job.n_modes(), points))),
      doubles_(line_doubles(job.n_modes(), points)) {}

std::size_t KeptLines::bytes() const { return sizeof(double) * (doubles_ + count); }

std::size_t Job::bytes_per_chunk() const { return sizeof(double) * histogram_numbers(1); }

std::size_t Job::histogram_numbers(std::size_t count) const {
  if (options_.quantity != Quantity::histogram) return 0;
  return options_.histogram.blocks(count) * options_.histogram.size(plan_->n_atoms());
}

namespace {

// What the kernel is to give, whatever the tables.
void ask_for_results(KernelJob& kernel, const Job& job, const DisplacementTables& displacements) {
  const JobOptions& options = job.options();
  if (options.quantity == Quantity::sqw) kernel.broadening = &options.broadening;
  if (options.quantity == Quantity::displacements) kernel.displacements = &displacements;
  if (options.quantity == Quantity::histogram) kernel.histogram = &options.histogram;
  kernel.eigenvectors = options.quantity == Quantity::modes;
  kernel.mode_gradients = job.gives_gradients();
}

ScratchUse scratch_of(const Job& job) {
  KernelJob kernel;
  const DisplacementTables displacements;
  ask_for_results(kernel, job, displacements);
  return scratch_use(kernel);
}

// Whether the plan uses an inversion symmetry that scattering lengths break, or gradients.
bool needs_complex_form(const Job& job) {
  const Tables& tables = job.plan().tables();
  if (!tables.real_form) return false;
  return scratch_of(job).mode_gradients ||
         (job.scatters() && !symmetric_scattering(tables, job.options().scattering));
}

}  // namespace

std::size_t Job::workspace_bytes() const {
  const Tables& tables = plan().tables();
  const std::size_t bytes = euphonic::workspace_bytes(tables, scratch_of(*this));
  // The complex form may not have been built yet: it has twice the blocks, and twice the numbers in a matrix.
  return needs_complex_form(*this) ? 2 * bytes : bytes;
}

std::size_t Job::table_bytes() const { return needs_complex_form(*this) ? plan_->complex_bytes() : 0; }

std::size_t least_workspace_bytes(int n_atoms, bool eigenvectors) {
  Tables tables;  // real and without lattice vectors: the matrices alone
  tables.n_atoms = n_atoms;
  tables.n = 3 * n_atoms;
  tables.real_form = true;
  return workspace_bytes(tables, {eigenvectors, false});
}

JobTables::JobTables(const Job& job) {
  const JobOptions& options = job.options();
  kernel.tables = needs_complex_form(job) ? &job.plan().complex_tables() : &job.plan().tables();
  if (job.scatters()) {
    scattering_ = scattering_tables(*kernel.tables, options.scattering);
    kernel.scattering = &scattering_;
  }
  if (options.quantity == Quantity::displacements) {
    const double temperature = options.displacements.temperature;
    displacements_.beta = temperature > 0 ? 1 / (kBoltzmannInMeVPerKelvin * temperature) : 0;
    displacements_.frequency_min = options.displacements.frequency_min;
  }
  ask_for_results(kernel, job, displacements_);
  kernel.splitting = options.splitting;
  kernel.cancelled = job.cancel_flag();
}

void assert_consistent(const Job& job, const Chunk& chunk) {
  const JobOptions& options = job.options();
  const auto n = static_cast<std::size_t>(job.plan().n_atoms());
  EUPHONIC_ASSERT(options.n_threads >= 0);
  if (chunk.kept != nullptr)
    EUPHONIC_ASSERT(options.quantity == Quantity::sqw && chunk.kept->count == chunk.count &&
                    chunk.kept->bytes() == job.kept_bytes(chunk.count));
  if (chunk.is_known()) return;
  EUPHONIC_ASSERT(chunk.qpts.size() == 3 * chunk.count);
  EUPHONIC_ASSERT(chunk.directions.empty() || chunk.directions.size() == 3 * chunk.count);
  if (job.scatters()) {
    EUPHONIC_ASSERT(options.scattering.lengths.size() == n);
    EUPHONIC_ASSERT(options.scattering.debye_waller.empty() ||
                    options.scattering.debye_waller.size() == 9 * n);
    EUPHONIC_ASSERT(options.scattering.temperature.value_or(0) >= 0);
  }
  if (options.quantity == Quantity::sqw) {
    EUPHONIC_ASSERT(chunk.energies.size() == chunk.count);
    EUPHONIC_ASSERT(!options.broadening.width.empty());
    EUPHONIC_ASSERT(options.broadening.frequency_scale > 0);
  }
  EUPHONIC_ASSERT(chunk.weights.empty() || chunk.weights.size() == chunk.count);
  if (options.quantity == Quantity::histogram) {
    EUPHONIC_ASSERT(options.histogram.bins > 0);
    EUPHONIC_ASSERT(options.histogram.shares_per_atom == 0 || options.histogram.shares_per_atom == 1 ||
                    options.histogram.shares_per_atom == 3);
    EUPHONIC_ASSERT(options.histogram.energy_max > options.histogram.energy_min);
    if (job.scatters()) {
      EUPHONIC_ASSERT(options.histogram.block_points > 0);
      EUPHONIC_ASSERT(options.histogram.shares_per_atom == 0 && options.histogram.q_width == 0);
    }
  }
  if (options.quantity == Quantity::displacements) {
    EUPHONIC_ASSERT(options.displacements.temperature >= 0);
    EUPHONIC_ASSERT(options.displacements.frequency_min > 0);
  }
}

ChunkResult allocate_results(const Job& job, std::size_t count) {
  const std::size_t n = job.n_modes();
  const Quantity quantity = job.options().quantity;
  ChunkResult result;
  result.count = count;
  if (quantity == Quantity::sqw) {
    result.intensities = allocate(count);
    return result;
  }
  if (quantity == Quantity::histogram) {
    const std::size_t size = job.histogram_numbers(count);
    result.histogram = allocate(size);
    std::fill_n(result.histogram.get(), size, 0.0);
    return result;
  }
  result.frequencies = allocate(n * count);
  if (quantity == Quantity::structure_factor) result.structure_factors = allocate(job.n_surfaces() * count);
  if (quantity == Quantity::modes) result.eigenvectors = allocate(2 * n * n * count);
  if (job.gives_gradients()) result.mode_gradients = allocate(3 * n * count);
  if (quantity == Quantity::displacements) result.displacements = allocate(2 * n * count);
  return result;
}

KernelRange kernel_range(const Chunk& chunk, const std::vector<double>& directions,
                         const ChunkResult& result) {
  KernelRange range;
  range.count = range.stride = chunk.count;
  range.qpts = chunk.qpts.data();
  range.directions = directions.empty() ? nullptr : directions.data();
  const std::vector<double>& energies = chunk.is_known() ? chunk.kept->energies : chunk.energies;
  range.energies = energies.empty() ? nullptr : energies.data();
  if (chunk.is_known()) {
    range.known_lines = chunk.kept->lines.get();
  } else if (chunk.kept != nullptr) {
    range.kept_lines = chunk.kept->lines.get();
  }
  range.frequencies = result.frequencies.get();
  range.structure_factors = result.structure_factors.get();
  range.eigenvectors = result.eigenvectors.get();
  range.mode_gradients = result.mode_gradients.get();
  range.intensities = result.intensities.get();
  range.displacements = result.displacements.get();
  range.weights = chunk.weights.empty() ? nullptr : chunk.weights.data();
  return range;
}

std::vector<double> approach_directions(const Chunk& chunk) {
  const std::size_t n = chunk.count;
  std::vector<double> out;
  const auto point = [&](std::size_t k) {
    return std::array<double, 3>{chunk.qpts[k], chunk.qpts[n + k], chunk.qpts[2 * n + k]};
  };
  const auto from_list = [&](std::size_t k) {
    const auto here = point(k);
    std::optional<std::array<double, 3>> next = chunk.after, previous = chunk.before;
    if (k + 1 < n) next = point(k + 1);
    if (k > 0) previous = point(k - 1);
    std::array<double, 3> step{};
    if (next) {
      for (int a = 0; a < 3; ++a) step[a] = (*next)[a] - here[a];
      if (!integer_vector(step)) return step;
    }
    if (previous) {
      for (int a = 0; a < 3; ++a) step[a] = here[a] - (*previous)[a];
      if (!integer_vector(step)) return step;
    }
    return std::array<double, 3>{};
  };
  for (std::size_t k = 0; k < n; ++k) {
    if (!integer_vector(point(k))) continue;
    if (out.empty()) out.assign(3 * n, 0.0);
    std::array<double, 3> direction{};
    const bool given = !chunk.directions.empty() && !std::isnan(chunk.directions[k]) &&
                       !std::isnan(chunk.directions[n + k]) && !std::isnan(chunk.directions[2 * n + k]);
    if (given) {
      for (int a = 0; a < 3; ++a) direction[a] = chunk.directions[a * n + k];
    } else {
      direction = from_list(k);
    }
    for (int a = 0; a < 3; ++a) out[a * n + k] = direction[a];
  }
  return out;
}

}  // namespace euphonic
