#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>

#include "core/plan/plan_parts.h"
#include "core/threads.h"

namespace euphonic {

namespace {

// Positions must agree to this (fractional), force constants to kForceTolerance of the largest: rounding of a
// symmetric calculation, not an approximate symmetry, because the real form takes the symmetry to be exact.
constexpr double kPositionTolerance = 1e-11;
constexpr double kForceTolerance = 1e-13;
constexpr double kChargeTolerance = 1e-12;

bool same_atom(const Model& m, int i, int j) {
  if (std::abs(m.atom_mass[i] - m.atom_mass[j]) > kChargeTolerance * m.atom_mass[i]) return false;
  for (int e = 0; m.polar() && e < 9; ++e)
    if (std::abs(m.born[9 * i + e] - m.born[9 * j + e]) > kChargeTolerance) return false;
  return true;
}

// Image of every atom under r -> 2c - r, lattice vector L with r_image = 2c - r + L; empty if c is not a
// centre of the positions.
std::vector<int> images_of(const Model& m, const Vec3& twice_centre, std::vector<Int3>& lattice) {
  std::vector<int> image(m.n_atoms, -1);
  lattice.assign(m.n_atoms, Int3{});
  for (int i = 0; i < m.n_atoms; ++i) {
    for (int j = 0; j < m.n_atoms && image[i] < 0; ++j) {
      if (!same_atom(m, i, j)) continue;
      bool match = true;
      Int3 shift;
      for (int a = 0; a < 3 && match; ++a) {
        const double x = m.atom_r[3 * i + a] + m.atom_r[3 * j + a] - twice_centre[a];
        shift[a] = static_cast<int>(std::lround(x));
        match = std::abs(x - shift[a]) < kPositionTolerance;
      }
      if (match) {
        image[i] = j;
        lattice[i] = shift;
      }
    }
    if (image[i] < 0) return {};
  }
  return image;
}

double largest_of(const ForceTerms& force) {
  double largest = 0;
  for (double x : force.force_constants()) largest = std::max(largest, std::abs(x));
  return largest;
}

// Force constants as the kernel uses them, which reads one triangle: blocks i < j as stored, i > j by
// symmetry, and of i = j the upper triangle. A stored matrix that is not quite symmetric may obey an
// inversion that this one does not.
void used_terms(const ForceTerms& force, int i, int j, std::vector<PairTerm>& out) {
  if (i < j) {
    force.terms(i, j, out);
    return;
  }
  const auto opposite = [](const PairTerm& t) {
    PairTerm o{{-t.r[0], -t.r[1], -t.r[2]}, {}};
    for (int e = 0; e < 9; ++e) o.phi[e] = t.phi[3 * (e % 3) + e / 3];
    return o;
  };
  force.terms(j, i, out);
  if (i > j) {
    for (PairTerm& t : out) t = opposite(t);
    return;
  }
  std::map<Int3, PairTerm> lower;
  for (const PairTerm& t : out) lower[opposite(t).r] = opposite(t);
  for (PairTerm& t : out) {
    const auto found = lower.find(t.r);
    for (int e : {3, 6, 7}) t.phi[e] = found != lower.end() ? found->second.phi[e] : 0.0;
  }
}

// Phi(i, j; R) = Phi(image i, image j; R') with R' = -R + L_i - L_j for all j >= i.
bool row_agrees(const Model& m, const ForceTerms& force, int i, const std::vector<int>& image,
                const std::vector<Int3>& lattice, double tolerance) {
  std::vector<PairTerm> here, there;
  for (int j = i; j < m.n_atoms; ++j) {
    used_terms(force, i, j, here);
    used_terms(force, image[i], image[j], there);
    std::map<Int3, const PairTerm*> index;
    for (const PairTerm& t : there) index[t.r] = &t;
    std::size_t matched = 0;
    for (const PairTerm& t : here) {
      Int3 r;
      for (int a = 0; a < 3; ++a) r[a] = -t.r[a] + lattice[i][a] - lattice[j][a];
      const auto found = index.find(r);
      matched += found != index.end();
      for (int e = 0; e < 9; ++e)
        if (std::abs(t.phi[e] - (found != index.end() ? found->second->phi[e] : 0.0)) > tolerance)
          return false;
    }
    if (matched == there.size()) continue;
    for (const PairTerm& t : there) {
      Int3 r;
      for (int a = 0; a < 3; ++a) r[a] = -t.r[a] + lattice[i][a] - lattice[j][a];
      const bool known = std::any_of(here.begin(), here.end(), [&](const PairTerm& h) { return h.r == r; });
      for (int e = 0; !known && e < 9; ++e)
        if (std::abs(t.phi[e]) > tolerance) return false;
    }
  }
  return true;
}

bool force_constants_agree(const Model& m, const ForceTerms& force, const std::vector<int>& image,
                           const std::vector<Int3>& lattice) {
  const double tolerance = kForceTolerance * largest_of(force);
  std::atomic<bool> agree{true};
  for_each_on_threads(m.n_atoms, force.n_threads(), [&](int i) {
    if (agree && !row_agrees(m, force, i, image, lattice, tolerance)) agree = false;
  });
  return agree;
}

// The constant A of the reciprocal sum rule: A(i, j) = A(image i, image j), and no change of cells where it
// is not zero.
bool sum_rule_agrees(const Model& m, const ForceTerms& force, const std::vector<double>& sum_rule,
                     const std::vector<int>& image, const std::vector<Int3>& lattice) {
  if (sum_rule.empty()) return true;
  const double tolerance = kForceTolerance * largest_of(force);
  const std::size_t n = 3 * static_cast<std::size_t>(m.n_atoms);
  for (int i = 0; i < m.n_atoms; ++i) {
    for (int j = i; j < m.n_atoms; ++j) {
      for (int e = 0; e < 9; ++e) {
        const double here = sum_rule[(3 * i + e / 3) * n + 3 * j + e % 3];
        const double there = sum_rule[(3 * image[i] + e / 3) * n + 3 * image[j] + e % 3];
        if (std::abs(here - there) > tolerance) return false;
        if (std::abs(here) > tolerance && lattice[i] != lattice[j]) return false;
      }
    }
  }
  return true;
}

}  // namespace

Inversion find_inversion(const Model& m, const ForceTerms& force, const std::vector<double>& sum_rule) {
  Inversion out;
  // The image of the first atom of the rarest kind decides the centre.
  std::vector<int> count(m.n_atoms, 0);
  for (int i = 0; i < m.n_atoms; ++i)
    for (int j = 0; j < m.n_atoms; ++j) count[i] += same_atom(m, i, j);
  const int rarest = static_cast<int>(std::min_element(count.begin(), count.end()) - count.begin());
  std::vector<Int3> lattice;
  for (int j = 0; j < m.n_atoms; ++j) {
    if (!same_atom(m, rarest, j)) continue;
    Vec3 twice;
    for (int a = 0; a < 3; ++a) twice[a] = m.atom_r[3 * rarest + a] + m.atom_r[3 * j + a];
    const std::vector<int> image = images_of(m, twice, lattice);
    if (image.empty() || !sum_rule_agrees(m, force, sum_rule, image, lattice) ||
        !force_constants_agree(m, force, image, lattice))
      continue;
    out.present = true;
    out.image = image;
    out.atom_r.assign(3 * m.n_atoms, 0.0);
    for (int i = 0; i < m.n_atoms; ++i) {
      for (int a = 0; a < 3; ++a) {
        const double x = m.atom_r[3 * i + a] - 0.5 * twice[a];
        if (image[i] == i) {
          out.atom_r[3 * i + a] = 0.5 * lattice[i][a];
        } else if (image[i] > i) {
          out.atom_r[3 * i + a] = x;
        } else {
          out.atom_r[3 * i + a] = lattice[i][a] - out.atom_r[3 * image[i] + a];
        }
      }
    }
    return out;
  }
  return out;
}

}  // namespace euphonic
