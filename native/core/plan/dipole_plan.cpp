// The choice of Ewald's lambda and of the terms that are kept, from the model and its options alone.
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "core/plan/plan_parts.h"
#include "core/units.h"

namespace euphonic {

namespace {

// Candidates for lambda: the balanced value times 2^(k / kStepsPerOctave).
constexpr int kStepsPerOctave = 12;
constexpr int kOctavesDown = 3, kOctavesUp = 1;
// Atom pairs on which the number of terms is counted; the rest is taken to be alike.
constexpr int kSampledPairs = 24;
// Operations, in multiply-adds of one vector, those of the G sum a little dearer because they are bound by
// loads: a term of an off-diagonal and of a diagonal block, a pair of G vectors per atom pair and once, a
// lattice vector's phase.
constexpr double kTermCost = 18, kDiagonalTermCost = 9, kPairCost = 14, kVectorCost = 100, kPhaseCost = 6;
// Of the reduction, for the third power of the rows, and how much of it may be spent by large crystals to
// have fewer terms in their tables.
constexpr double kReductionCost = 16.0 / 3, kReductionShare = 0.02;

double born_scale(const Model& m) {
  double largest = 0;
  for (int i = 0; i < m.n_atoms; ++i) {
    double z2 = 0;
    for (int e = 0; e < 9; ++e) z2 += m.born[9 * i + e] * m.born[9 * i + e];
    largest = std::max(largest, z2 / m.atom_mass[i]);
  }
  return largest;
}

double smallest_eigenvalue(const Mat3& m) {
  // A bound from Gershgorin's circles is enough here; the tensor is nearly diagonal in practice.
  double bound = std::numeric_limits<double>::infinity();
  for (int a = 0; a < 3; ++a)
    bound = std::min(bound, m[a][a] - std::abs(m[a][(a + 1) % 3]) - std::abs(m[a][(a + 2) % 3]));
  const double trace = m[0][0] + m[1][1] + m[2][2];
  return std::max(bound, 1e-3 * trace);
}

// How far the components of points reach that are nearer to 0 than to any other integer vector, in the
// metric m of a reduced basis: |f.m.b| <= b.m.b / 2 for each of its vectors b, and f is m^-1 times these.
Vec3 reach_of_zone(const Mat3& m, const Mat3& inverse_metric) {
  Vec3 out{};
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) out[a] += std::abs(inverse_metric[a][b]) * 0.5 * m[b][b];
  return out;
}

// G vectors (one of each +-) whose contribution can exceed the threshold for some q nearer to 0 than to any
// other G; not all when they are more than kMaxEwaldVectors.
std::vector<Int3> reciprocal_range(const Ewald& ewald, double born2, double threshold,
                                   const std::atomic<bool>* cancelled) {
  const Mat3& metric = ewald.metric();
  const double prefactor = 4 * kPi / ewald.volume() * born2 / smallest_eigenvalue(ewald.dielectric());
  if (prefactor <= threshold) return {};
  const double l2 = 4 * ewald.lambda() * ewald.lambda();
  const double reach2 = l2 * std::log(prefactor / threshold);  // on (q + G).eps.(q + G)
  // G is q + G, within the reach, less a q of the zone: in a reduced basis both have components that are not
  // larger than the shape of the lattice asks for, however it is described.
  const std::array<Int3, 3> basis = reduced_basis(metric);
  Mat3 reduced;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) reduced[a][b] = basis[a][b];
  const Mat3 reduced_metric = multiply(multiply(reduced, metric), transpose(reduced));
  const Mat3 inverse_metric = inverse(reduced_metric);
  const Vec3 zone = reach_of_zone(reduced_metric, inverse_metric);
  Int3 most;
  for (int a = 0; a < 3; ++a)
    most[a] = static_cast<int>(std::floor(std::sqrt(reach2 * inverse_metric[a][a]) + zone[a] + 1e-6));
  const std::vector<Vec3> planes = nearest_planes(metric);
  std::vector<Int3> out;
  for (int x = 0; x <= most[0]; ++x) {
    throw_if_cancelled(cancelled);
    for (int y = -most[1]; y <= most[1]; ++y) {
      for (int z = -most[2]; z <= most[2]; ++z) {
        if (out.size() > kMaxEwaldVectors) return out;
        Int3 v;
        for (int a = 0; a < 3; ++a) v[a] = x * basis[0][a] + y * basis[1][a] + z * basis[2][a];
        if (Int3{x, y, z} <= Int3{0, 0, 0}) continue;
        // The margin covers what is left of the nearest-point iteration.
        if (smallest_distance2(metric, planes, {double(v[0]), double(v[1]), double(v[2])}) * (1 - 1e-3) >
            reach2)
          continue;
        out.push_back(v > Int3{0, 0, 0} ? v : Int3{-v[0], -v[1], -v[2]});
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Int3 pair_shift(const Model& m, int i, int j) {
  Int3 shift;
  for (int a = 0; a < 3; ++a)
    shift[a] = -static_cast<int>(std::lround(m.atom_r[3 * j + a] - m.atom_r[3 * i + a]));
  return shift;
}

// A lattice vector folded to a half-space, as one number.
using Key = std::int64_t;

Key folded_key(const Int3& r, const Int3& shift) {
  constexpr Key kBase = 1 << 20;
  const Key key = ((r[0] - shift[0]) * kBase + (r[1] - shift[1])) * kBase + (r[2] - shift[2]);
  return key < 0 ? -key : key;
}

void sort_unique(std::vector<Key>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

struct SampledPair {
  int i, j;
  Int3 shift;
  std::vector<Key> force;  // lattice vectors of the force constants
};

std::vector<SampledPair> sample_pairs(const Model& m, const ForceTerms& force) {
  std::vector<SampledPair> out;
  const long long all = static_cast<long long>(m.n_atoms) * (m.n_atoms + 1) / 2;
  const long long step = std::max(1LL, all / kSampledPairs);
  long long index = 0;
  std::vector<PairTerm> terms;
  for (int i = 0; i < m.n_atoms; ++i) {
    for (int j = i; j < m.n_atoms; ++j, ++index) {
      if (index % step != 0) continue;
      SampledPair pair{i, j, pair_shift(m, i, j), {}};
      force.terms(i, j, terms);
      for (const PairTerm& t : terms) pair.force.push_back(folded_key(t.r, pair.shift));
      sort_unique(pair.force);
      out.push_back(std::move(pair));
    }
  }
  return out;
}

// The distance, in units of 1/lambda, from which a bound of the real-space terms is below the threshold.
double real_reach(const Ewald& ewald, double born2, double threshold) {
  const double det = determinant(ewald.dielectric());
  const double prefactor = std::pow(ewald.lambda(), 3) / std::sqrt(det) /
                           smallest_eigenvalue(ewald.dielectric()) * born2 * 2 / std::sqrt(kPi);
  constexpr double kStep = 0.05;
  double x = kEwaldCutoff;
  while (x > 1 &&
         prefactor * std::exp(-(x - kStep) * (x - kStep)) * (2 + 4 / ((x - kStep) * (x - kStep))) < threshold)
    x -= kStep;
  return x;
}

// In units of the balanced lambda.
constexpr double kLambdaOfRowSums = 2.5;

struct Cost {
  double operations = std::numeric_limits<double>::infinity();
  double terms = 0;  // of an off-diagonal block: what tables are as large as
};

Cost cost(const Model& m, const Ewald& ewald, const std::vector<SampledPair>& sample, double born2,
          double threshold, const std::atomic<bool>* cancelled) {
  const double n = m.n_atoms, off_diagonal = 0.5 * n * (n - 1);
  double terms[2] = {0, 0}, pairs[2] = {0, 0};
  std::vector<Key> vectors, half;
  const double reach = real_reach(ewald, born2, threshold);
  for (const SampledPair& p : sample) {
    half = p.force;
    for (const Int3& r : ewald.real_range(p.i, p.j, reach)) half.push_back(folded_key(r, p.shift));
    sort_unique(half);
    terms[p.i == p.j] += static_cast<double>(half.size());
    pairs[p.i == p.j] += 1;
    vectors.insert(vectors.end(), half.begin(), half.end());
  }
  sort_unique(vectors);
  const std::size_t g_half = reciprocal_range(ewald, born2, threshold, cancelled).size();
  if (g_half > kMaxEwaldVectors) return {};
  const auto g = static_cast<double>(g_half);
  double total =
      g * (kPairCost * off_diagonal + kVectorCost) + kPhaseCost * static_cast<double>(vectors.size());
  if (pairs[0] > 0) total += off_diagonal * kTermCost * terms[0] / pairs[0];
  if (pairs[1] > 0) total += n * kDiagonalTermCost * terms[1] / pairs[1];
  return {total, pairs[0] > 0 ? terms[0] / pairs[0] : 0};
}

// The lambda with the fewest operations; by tiles the one with the fewest terms among those that cost little
// more, as time goes into the reduction and memory into the terms.
double best_lambda(const Model& m, const std::vector<SampledPair>& sample, double threshold, bool by_tiles,
                   const std::atomic<bool>* cancelled) {
  const double balanced = Ewald::balanced_lambda(m), born2 = born_scale(m);
  struct Candidate {
    double lambda;
    Cost cost;
  };
  std::vector<Candidate> all;
  Candidate best{balanced, {}};
  // Downwards from few real-space terms to many: the cost falls, then rises.
  int rising = 0;
  for (int k = kOctavesUp * kStepsPerOctave; k >= -kOctavesDown * kStepsPerOctave && rising < kStepsPerOctave;
       --k) {
    throw_if_cancelled(cancelled);
    const double lambda = balanced * std::exp2(static_cast<double>(k) / kStepsPerOctave);
    const Candidate found{lambda, cost(m, Ewald(m, lambda), sample, born2, threshold, cancelled)};
    const bool improves = found.cost.operations < best.cost.operations;
    rising = improves || std::isinf(found.cost.operations) ? 0 : rising + 1;
    if (improves) best = found;
    all.push_back(found);
  }
  if (!by_tiles) return best.lambda;
  const double n = m.n_modes();
  const double most = best.cost.operations + kReductionShare * kReductionCost * n * n * n;
  for (const Candidate& c : all)
    if (c.cost.operations <= most && c.cost.terms < best.cost.terms) best = c;
  return best.lambda;
}

// The largest diagonal element of the mass-weighted force constants of an atom on itself.
double largest_element(const Model& m, const ForceTerms& force, const std::vector<Mat3>& row_sums) {
  double largest = 0;
  std::vector<PairTerm> terms;
  for (int i = 0; i < m.n_atoms; ++i) {
    force.terms(i, i, terms);
    for (int a = 0; a < 3; ++a) {
      double self = row_sums.empty() ? 0 : -row_sums[i][a][a];
      for (const PairTerm& t : terms)
        if (t.r == Int3{0, 0, 0}) self += t.phi[4 * a];
      largest = std::max(largest, std::abs(self) / m.atom_mass[i]);
    }
  }
  return largest;
}

// Row sums of another lambda, without the sums.
void move_row_sums(const Model& m, const Ewald& from, const Ewald& to, std::vector<Mat3>& row_sums) {
  const Mat3 before = from.self_block(), after = to.self_block();
  for (int i = 0; i < m.n_atoms; ++i) {
    const Mat3 x = with_born(m, i, i, before), y = with_born(m, i, i, after);
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) row_sums[i][a][b] += 0.5 * (x[a][b] + x[b][a]) - 0.5 * (y[a][b] + y[b][a]);
  }
}

}  // namespace

Dipole plan_dipole(const Model& m, const ForceTerms& force, double dipole_parameter, bool by_tiles,
                   std::vector<std::string>& notes) {
  check_ewald_vectors(m);
  Dipole out;
  out.by_tiles = by_tiles;
  // The threshold needs row sums before lambda is chosen. Of many atoms they take few terms where lambda is
  // large, since the reciprocal half of all pairs is done at once.
  const Ewald first(m, (by_tiles ? kLambdaOfRowSums : 1) * Ewald::balanced_lambda(m));
  out.row_sums = first.row_sums(kEwaldCutoff, force.n_threads(), force.cancelled());
  force.add_progress(kRowSumsWeight);
  out.threshold = kPruneTolerance * largest_element(m, force, out.row_sums);
  const double born2 = born_scale(m);
  const double best = best_lambda(m, sample_pairs(m, force), out.threshold, by_tiles, force.cancelled());
  const double scale = std::clamp(dipole_parameter, kLeastDipoleParameter, kMostDipoleParameter);
  if (scale != dipole_parameter) {
    std::ostringstream note;
    note << "dipole_parameter " << dipole_parameter << " is taken as " << scale
         << ": results do not depend on it, and 1 is fastest.";
    notes.push_back(note.str());
  }
  const double lambda = best * scale;
  out.ewald = std::make_unique<Ewald>(m, lambda);
  if (by_tiles) {
    move_row_sums(m, first, *out.ewald, out.row_sums);
  } else {
    out.row_sums = out.ewald->row_sums(kEwaldCutoff, force.n_threads(), force.cancelled());
  }
  out.real_cutoff = by_tiles ? real_reach(*out.ewald, born2, out.threshold) : kEwaldCutoff;
  out.g_half = reciprocal_range(*out.ewald, born2, out.threshold, force.cancelled());
  if (out.g_half.size() > kMaxEwaldVectors)
    throw std::invalid_argument("the reciprocal half of the Ewald sum needs more than " +
                                std::to_string(kMaxEwaldVectors) +
                                " vectors; use a smaller dipole_parameter (1 is fastest)");
  return out;
}

}  // namespace euphonic
