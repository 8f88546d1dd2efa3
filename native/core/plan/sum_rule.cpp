// Acoustic sum rules: the three translations at the zone centre are given zero frequency.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/plan/acoustic_modes.h"
#include "core/plan/plan_parts.h"
#include "core/threads.h"
#include "core/units.h"

namespace euphonic {

namespace {

// Atoms of a tile of pairs: its phases stay in the second-level cache. Where there are none tiles are small,
// so that all threads have some.
constexpr int kTileAtoms = 32, kSmallTileAtoms = 4;
using PairTile = std::vector<Mat3>;  // [kTileAtoms][kTileAtoms]

int n_tiles(const Model& model, int tile_atoms) { return (model.n_atoms + tile_atoms - 1) / tile_atoms; }

// Ewald::reciprocal_at_gamma of all pairs of many atoms, within rounding: the phases of each atom by itself,
// taken once, in place of a cosine for each pair.
class GammaTiles {
 public:
  GammaTiles(const Model& model, const Ewald& ewald) : waves_(ewald.gamma()) {
    phases_.resize(n_tiles(model, kTileAtoms) * tile_size());
    for (int i = 0; i < model.n_atoms; ++i) {
      double* cosine = phases_.data() + i / kTileAtoms * tile_size() + i % kTileAtoms;
      for (const Ewald::Wave& wave : waves_) {
        const double x =
            2 * kPi * dot(wave.k, {model.atom_r[3 * i], model.atom_r[3 * i + 1], model.atom_r[3 * i + 2]});
        cosine[0] = std::cos(x);
        cosine[kTileAtoms] = std::sin(x);
        cosine += 2 * kTileAtoms;
      }
    }
  }

  // Of atoms of tile I with those of tile J.
  void sum(int I, int J, PairTile& out) const {
    const double *of_i = phases_.data() + I * tile_size(), *of_j = phases_.data() + J * tile_size();
    for (int i = 0; i < kTileAtoms; ++i) sum_row(of_i + i, of_j, &out[i * kTileAtoms]);
  }

 private:
  std::size_t tile_size() const { return waves_.size() * 2 * kTileAtoms; }

  void sum_row(const double* of_i, const double* of_j, Mat3* out) const {
    double sums[6][kTileAtoms] = {};
    for (const Ewald::Wave& wave : waves_) {
      const double cosine = of_i[0], sine = of_i[kTileAtoms];
      const Vec3& k = wave.cartesian;
      const double w0 = wave.weight * k[0], w1 = wave.weight * k[1], w2 = wave.weight * k[2];
      for (int j = 0; j < kTileAtoms; ++j) {
        const double together = cosine * of_j[j] + sine * of_j[kTileAtoms + j];
        sums[0][j] += w0 * k[0] * together;
        sums[1][j] += w0 * k[1] * together;
        sums[2][j] += w0 * k[2] * together;
        sums[3][j] += w1 * k[1] * together;
        sums[4][j] += w1 * k[2] * together;
        sums[5][j] += w2 * k[2] * together;
      }
      of_i += 2 * kTileAtoms;
      of_j += 2 * kTileAtoms;
    }
    for (int j = 0; j < kTileAtoms; ++j)
      out[j] = {{{sums[0][j], sums[1][j], sums[2][j]},
                 {sums[1][j], sums[3][j], sums[4][j]},
                 {sums[2][j], sums[4][j], sums[5][j]}}};
  }

  const std::vector<Ewald::Wave>& waves_;
  std::vector<double> phases_;  // [tile][wave][cos, sin][kTileAtoms]
};

// The block of D(0) of two atoms, not mass-weighted. reciprocal: the reciprocal half of the dipole part, as
// far as there is one.
Mat3 zone_centre_block(const Model& model, const Dipole& dipole, const std::vector<PairTerm>& force, int i,
                       int j, const Mat3& reciprocal) {
  Mat3 sum{};
  for (const PairTerm& t : force)
    for (int e = 0; e < 9; ++e) sum[e / 3][e % 3] += t.phi[e];
  if (!dipole.ewald) return sum;
  Mat3 c = reciprocal;
  dipole.ewald->for_each_real(i, j, dipole.real_cutoff, [&](const Int3& r) {
    const Mat3 h = dipole.ewald->real_block(i, j, r);
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) c[a][b] += h[a][b];
  });
  const Mat3 z = with_born(model, i, j, c);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) sum[a][b] += z[a][b] - (i == j ? dipole.row_sums[i][a][b] : 0.0);
  return sum;
}

// D(0), not mass-weighted, [3n][3n]: blocks of atom pairs i <= j. The dipole part is in it where
// there is one.
std::vector<double> zone_centre_matrix(const Model& model, const ForceTerms& force, const Dipole& dipole) {
  const int n_atoms = model.n_atoms, n = 3 * n_atoms;
  std::vector<double> gamma(static_cast<std::size_t>(n) * n, 0.0);
  std::optional<GammaTiles> gamma_tiles;
  if (dipole.ewald && dipole.by_tiles) gamma_tiles.emplace(model, *dipole.ewald);
  const int tile_atoms = gamma_tiles ? kTileAtoms : kSmallTileAtoms, tiles = n_tiles(model, tile_atoms);
  for_each_on_threads(tiles * tiles, force.n_threads(), [&](int tile) {
    const int I = tile / tiles, J = tile % tiles;
    if (J < I) return;
    PairTile reciprocal(gamma_tiles ? kTileAtoms * kTileAtoms : 0);
    if (gamma_tiles) gamma_tiles->sum(I, J, reciprocal);
    std::vector<PairTerm> terms;
    for (int i = I * tile_atoms; i < std::min(n_atoms, (I + 1) * tile_atoms); ++i) {
      for (int j = std::max(i, J * tile_atoms); j < std::min(n_atoms, (J + 1) * tile_atoms); ++j) {
        force.terms(i, j, terms);
        Mat3 c{};
        if (gamma_tiles) {
          c = reciprocal[i % kTileAtoms * kTileAtoms + j % kTileAtoms];
        } else if (dipole.ewald) {
          c = dipole.ewald->reciprocal_at_gamma(i, j);
        }
        const Mat3 block = zone_centre_block(model, dipole, terms, i, j, c);
        for (int a = 0; a < 3; ++a)
          std::copy(block[a].begin(), block[a].end(),
                    &gamma[static_cast<std::size_t>(3 * i + a) * n + 3 * j]);
      }
    }
    force.add_progress(2 * kZoneCentreWeight / (tiles * (tiles + 1)));
  });
  return gamma;
}

std::optional<AcousticModes> modes_at_zone_centre(const Model& model, const ForceTerms& force,
                                                  const Dipole& dipole) {
  auto modes = acoustic_modes(model.n_atoms, zone_centre_matrix(model, force, dipole), force.n_threads(),
                              force.cancelled());
  force.add_progress(kAcousticModesWeight);
  return modes;
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
