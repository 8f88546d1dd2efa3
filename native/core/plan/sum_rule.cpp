// Acoustic sum rules: the three translations at the zone centre are given zero frequency.
#include <optional>

#include "core/plan/acoustic_modes.h"
#include "core/plan/plan_parts.h"
#include "core/threads.h"

namespace euphonic {

namespace {

// D(0), not mass-weighted, [3n][3n]: blocks of atom pairs i <= j. The dipole part is in it where
// there is one.
std::vector<double> zone_centre_matrix(const Model& model, const ForceTerms& force, const Dipole& dipole) {
  const int n = 3 * model.n_atoms;
  std::vector<double> gamma(static_cast<std::size_t>(n) * n, 0.0);
  for_each_on_threads(model.n_atoms, force.n_threads(), [&](int i) {
    std::vector<PairTerm> terms;
    for (int j = i; j < model.n_atoms; ++j) {
      Mat3 sum{};
      force.terms(i, j, terms);
      for (const PairTerm& t : terms)
        for (int e = 0; e < 9; ++e) sum[e / 3][e % 3] += t.phi[e];
      if (dipole.ewald) {
        Mat3 c = dipole.ewald->reciprocal_at_gamma(i, j);
        for (const Int3& r : dipole.ewald->real_range(i, j, dipole.real_cutoff)) {
          const Mat3 h = dipole.ewald->real_block(i, j, r);
          for (int a = 0; a < 3; ++a)
            for (int b = 0; b < 3; ++b) c[a][b] += h[a][b];
        }
        const Mat3 z = with_born(model, i, j, c);
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b) sum[a][b] += z[a][b] - (i == j ? dipole.row_sums[i][a][b] : 0.0);
      }
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) gamma[static_cast<std::size_t>(3 * i + a) * n + 3 * j + b] = sum[a][b];
    }
  });
  return gamma;
}

std::optional<AcousticModes> modes_at_zone_centre(const Model& model, const ForceTerms& force,
                                                  const Dipole& dipole) {
  return acoustic_modes(model.n_atoms, zone_centre_matrix(model, force, dipole), force.n_threads(),
                        force.cancelled());
}

const char* const kNotApplied =
    "acoustic sum rule not applied: the modes at the zone centre that look most like translations do so by "
    "less than half; "
    "the force constants are far from translation invariance";

}  // namespace

std::vector<double> realspace_sum_rule(const Model& model, const ForceTerms& force, const Dipole& dipole,
                                       std::vector<std::string>& notes) {
  // In the periodic supercell a translation is a mode of the zone centre, so the supercell's matrix need not
  // be diagonalised: the matrix of the zone centre has the same three eigenvectors, spread
  // over n_cells cells.
  const int n = 3 * model.n_atoms;
  const std::size_t block = static_cast<std::size_t>(n) * n;
  std::vector<double> corrected = force.force_constants();
  const std::optional<AcousticModes> modes = modes_at_zone_centre(model, force, dipole);
  if (!modes) {
    notes.push_back(kNotApplied);
    return corrected;
  }
  for (const Mode& mode : *modes) {
    const double* e = mode.vector.data();
    const double scale = mode.value / model.n_cells;
    for_each_on_threads(n, force.n_threads(), [&](int i) {
      throw_if_cancelled(force.cancelled());
      for (int c = 0; c < model.n_cells; ++c)
        for (int j = 0; j < n; ++j)
          corrected[c * block + static_cast<std::size_t>(i) * n + j] -= scale * e[i] * e[j];
    });
  }
  return corrected;
}

std::vector<double> reciprocal_sum_rule(const Model& model, const ForceTerms& force, const Dipole& dipole,
                                        std::vector<std::string>& notes) {
  const int n = 3 * model.n_atoms;
  const std::optional<AcousticModes> modes = modes_at_zone_centre(model, force, dipole);
  if (!modes) {
    notes.push_back(kNotApplied);
    return {};
  }
  std::vector<double> correction(static_cast<std::size_t>(n) * n, 0.0);
  for (const Mode& mode : *modes) {
    const double* e = mode.vector.data();
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) correction[static_cast<std::size_t>(i) * n + j] -= mode.value * e[i] * e[j];
  }
  return correction;
}

}  // namespace euphonic
