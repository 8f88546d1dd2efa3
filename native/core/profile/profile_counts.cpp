// Floating-point operations of the kernel's stages, counted from the tables that they read.
#include "core/profile/profile.h"

namespace euphonic {

namespace {

// Of the helpers in kernel/vector-inl.h; an exponential is Highway's.
constexpr double kComplexProduct = 6, kTurn = 40, kExp = 30, kReciprocal = 9, kReciprocalRoot = 11;

double phases(const Tables& t, bool scattering) {
  double total = 60;  // the q-point itself
  for (int m : t.max_index) total += kTurn + kComplexProduct * m;
  total += t.n_atoms * (scattering ? 2 : 1) * (5 + kTurn);
  const double product = t.sines ? kComplexProduct : 3;
  total += product * static_cast<double>(t.vectors.size());
  for (std::size_t k = 1; k < t.vectors.size(); ++k) {
    const HalfVector &a = t.vectors[k - 1], &b = t.vectors[k];
    if (a.x != b.x || a.y != b.y) total += kComplexProduct;
  }
  return total;
}

double terms(const Tables& t) { return 2 * static_cast<double>(t.n_coefficients); }

double dipole(const DipoleTables& t) {
  if (!t.present) return 0;
  double total = 5 * kExp + 60;
  for (int m : t.max_index) total += 2.0 * m;
  const auto n_g = static_cast<double>(t.g_pairs.size());
  // Weights and moments of G and -G, then their product with the phases of every pair.
  constexpr double kMoments = 18 + 2 * kReciprocal + 6 + 6 * 7;
  return total + n_g * (kMoments + 24.0 * t.n_pairs);
}

double assemble(const Tables& t) {
  double total = 0;
  constexpr double kBorn = 9 * 5 + 27 * 2;  // Z T Z^T added to a block
  for (const Block& b : t.blocks) {
    if (b.kind == BlockKind::full) {
      total += kComplexProduct * 10;
      for (int s : b.shift) total += s != 0 ? kComplexProduct : 0;
    }
    if (!t.dipole.present) continue;
    if (b.dipole_pair < 0) {
      total += t.dipole.isotropic_born ? 18 : kBorn;
    } else {
      total += t.dipole.isotropic_born ? 18 + 18 : 6 + 2 * kBorn;
    }
  }
  if (!t.real_form) return total;
  for (const Tables::OrbitPair& pair : t.orbit_pairs) {
    const bool two = pair.image_block >= 0;
    const bool one = !two && (t.orbits[pair.I].second >= 0 || t.orbits[pair.J].second >= 0);
    total += two ? (pair.I == pair.J ? 21 : 36) : one ? 18 : 0;
  }
  return total;
}

double scattering(const Tables& t, const ScatteringTables& s) {
  const double damping = s.debye_waller.empty() ? 0 : 11 + kExp;
  return 15 + static_cast<double>(t.orbits.size()) * (damping + 2 + kComplexProduct + 6);
}

// Of one step on m rows: the product D x and the rank-2 update that precedes it (lower triangle, both halves
// of the product), then the vectors.
double reduction_step(double m, bool real, bool update) {
  const double multiply_add = real ? 2 : 8;
  const double off_diagonal = m * (m - 1) / 2;
  const double element = 2 * multiply_add * off_diagonal + (real ? 2 : 4) * m;
  const double vectors = (real ? 1 : 3) * 11 * m + kReciprocalRoot + kReciprocal + 10;
  return (update ? 2 : 1) * element + vectors;
}

// In one stage: what two stages do beyond that is not counted as work, though they are chosen where it is
// less time.
double reduction(const Tables& t, bool start) {
  const int n = t.n;
  double total = 0;
  if (start) total += reduction_step(n, t.real_form, false);
  for (int m = n - 1; m >= 2; --m) total += reduction_step(m, t.real_form, start || m < n - 1);
  return total;
}

// Of one rotation of the tridiagonal matrix with the first row of the eigenvectors.
constexpr double kRotation = 22 + kReciprocalRoot;

double back_transform(const Tables& t) {
  double total = 0;
  const double n = t.n, multiply_add = t.real_form ? 2 : 8;
  for (int k = t.n - 3; k >= 0; --k) total += 2 * multiply_add * (n - k - 1) * n;
  return total + (t.real_form ? 1 : 2) * n * n;
}

double output(const Tables& t, const ScatteringTables* s) {
  double each = 3;
  if (s != nullptr) each += 4 + (s->thermal ? 4 + (s->zero_temperature ? 0 : kExp) : 0);
  return each * t.n;
}

}  // namespace

double count_operations(const KernelJob& job, int stage, double rotations) {
  const Tables& t = *job.tables;
  switch (stage) {
    case kPhases:
      return phases(t, job.scattering != nullptr);
    case kTerms:
      return terms(t);
    case kDipole:
      return dipole(t.dipole);
    case kAssemble:
      return assemble(t);
    case kScattering:
      return job.scattering != nullptr ? scattering(t, *job.scattering) : 0;
    case kReduce:
      return reduction(t, job.scattering != nullptr);
    case kDiagonalise:
      // With eigenvectors each rotation also turns two columns of all of them.
      return rotations * (kRotation + (job.needs_vectors() ? 6.0 * t.n : 0));
    case kVectors:
      return job.needs_vectors() ? back_transform(t) + output(t, nullptr) : 0;
    case kOutput:
      return job.needs_vectors() ? 0 : output(t, job.scattering);
    default:
      return 0;
  }
}

}  // namespace euphonic
