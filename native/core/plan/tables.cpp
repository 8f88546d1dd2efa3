// Builds the kernel's tables from the parts of a plan.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/plan/block_maker.h"
#include "core/threads.h"
#include "core/units.h"

namespace euphonic {

namespace {

class Builder {
 public:
  Builder(const Model& model, const ForceTerms& force, const Dipole& dipole, const Inversion& inversion,
          bool real_form, bool by_tiles)
      : m_(model), force_(force), dipole_(dipole), inversion_(inversion) {
    t_.real_form = real_form;
    t_.by_tiles = by_tiles;
  }

  Tables build() {
    geometry();
    orbits();
    if (dipole_.ewald) dipole_tables();
    return std::move(t_);
  }

 private:
  void geometry() {
    t_.n_atoms = m_.n_atoms;
    t_.n = 3 * m_.n_atoms;
    const Mat3 cell = matrix3(m_.cell_vectors);
    const Mat3 reciprocal = reciprocal_lattice(cell);
    t_.volume = std::abs(determinant(cell));
    Mat3 metric = multiply(reciprocal, transpose(reciprocal));
    if (dipole_.ewald) metric = dipole_.ewald->metric();
    for (int a = 0; a < 3; ++a) {
      for (int b = 0; b < 3; ++b) {
        t_.cell[a][b] = cell[a][b];
        t_.reciprocal[a][b] = reciprocal[a][b];
        t_.nearest_metric[a][b] = metric[a][b];
      }
    }
    // Without a reciprocal sum any lattice point serves as origin.
    if (dipole_.ewald) {
      for (const Vec3& g : nearest_planes(metric)) t_.nearest_vectors.push_back({g[0], g[1], g[2]});
      const std::array<Int3, 3> basis = reduced_basis(metric);
      Mat3 rows;
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) rows[a][b] = basis[a][b];
      const Mat3 inverse_rows = inverse(rows);
      for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
          t_.skewed = t_.skewed || basis[a][b] != (a == b);
          t_.nearest_basis[a][b] = rows[a][b];
          t_.nearest_inverse[a][b] = inverse_rows[a][b];
        }
      }
    }
    t_.atom_r = t_.real_form ? inversion_.atom_r : m_.atom_r;
    for (double mass : m_.atom_mass) t_.inverse_sqrt_mass.push_back(1 / std::sqrt(mass));
  }

  void orbits() {
    int row = 0;
    for (int i = 0; i < m_.n_atoms; ++i) {
      Tables::Orbit orbit{i, -1, row};
      if (t_.real_form) {
        const int image = inversion_.image[i];
        if (image < i) continue;
        if (image != i) orbit.second = image;
      }
      row += orbit.second < 0 ? 3 : 6;
      t_.orbits.push_back(orbit);
    }
    int pairs = 0;
    const auto add = [&](int i, int j) {
      Block b;
      b.i = i;
      b.j = j;
      b.kind = i == j ? BlockKind::hermitian : BlockKind::full;
      if (i != j) {
        for (int a = 0; a < 3; ++a)
          b.shift[a] = -static_cast<int>(std::lround(m_.atom_r[3 * j + a] - m_.atom_r[3 * i + a]));
        if (dipole_.ewald) b.dipole_pair = pairs++;
      }
      t_.blocks.push_back(b);
      return static_cast<int>(t_.blocks.size()) - 1;
    };
    const int n = static_cast<int>(t_.orbits.size());
    for (int I = 0; I < n; ++I) {
      for (int J = I; J < n; ++J) {
        Tables::OrbitPair pair;
        pair.I = I;
        pair.J = J;
        pair.block = add(t_.orbits[I].first, t_.orbits[J].first);
        if (t_.orbits[I].second >= 0 && t_.orbits[J].second >= 0)
          pair.image_block = add(t_.orbits[I].first, t_.orbits[J].second);
        t_.orbit_pairs.push_back(pair);
      }
    }
    t_.dipole.n_pairs = pairs;
  }

  void dipole_tables() {
    const Ewald& ewald = *dipole_.ewald;
    DipoleTables& out = t_.dipole;
    out.present = true;
    out.lambda = ewald.lambda();
    out.four_pi_over_volume = 4 * kPi / ewald.volume();
    int e6 = 0;
    for (int a = 0; a < 3; ++a)
      for (int b = a; b < 3; ++b) out.dielectric[e6++] = ewald.dielectric()[a][b];
    Mat3 basis, inverse_basis;
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) basis[a][b] = t_.nearest_basis[a][b];
    inverse_basis = inverse(basis);
    const Mat3 cartesian_basis = multiply(basis, ewald.reciprocal());
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) out.basis[a][b] = cartesian_basis[a][b];
    for (const Int3& g : dipole_.g_half) {
      DipoleTables::Pair pair;
      const Vec3 fractional{double(g[0]), double(g[1]), double(g[2])};
      const Vec3 cartesian = multiply(fractional, ewald.reciprocal());
      pair.metric = dot(fractional, multiply(fractional, ewald.metric()));
      pair.prefactor = out.four_pi_over_volume * std::exp(-pair.metric / (4 * out.lambda * out.lambda));
      for (int a = 0; a < 3; ++a) {
        pair.g[a] = static_cast<std::int16_t>(std::lround(multiply(fractional, inverse_basis)[a]));
        pair.cartesian[a] = cartesian[a];
        out.max_index[a] = std::max(out.max_index[a], std::abs(int{pair.g[a]}));
      }
      out.g_pairs.push_back(pair);
    }
    out.isotropic_born = true;
    for (int i = 0; i < m_.n_atoms; ++i) {
      const double* z = &m_.born[9 * i];
      for (int e = 0; e < 9; ++e) {
        out.isotropic_born = out.isotropic_born && z[e] == (e % 4 == 0 ? z[0] : 0.0);
        out.born.push_back(z[e] * t_.inverse_sqrt_mass[i]);
      }
    }
    if (t_.by_tiles) {
      atom_phases();
    } else {
      pair_phases();
    }
  }

  // 2 pi times the part of x beyond the nearest integer.
  static double angle(double x) { return 2 * kPi * (x - std::round(x)); }

  void pair_phases() {
    DipoleTables& out = t_.dipole;
    const std::size_t n_g = out.g_pairs.size();
    out.phases.assign((out.n_pairs + 1) / 2 * n_g * 4, 0.0);
    for (const Block& b : t_.blocks) {
      throw_if_cancelled(force_.cancelled());
      if (b.dipole_pair < 0) continue;
      const double charge = out.isotropic_born ? out.born[9 * b.i] * out.born[9 * b.j] : 1.0;
      double* to = out.phases.data() + b.dipole_pair / 2 * n_g * 4 + b.dipole_pair % 2 * 2;
      for (std::size_t k = 0; k < n_g; ++k) {
        double x = 0;
        for (int a = 0; a < 3; ++a)
          x += dipole_.g_half[k][a] * (t_.atom_r[3 * b.i + a] - t_.atom_r[3 * b.j + a]);
        to[4 * k] = charge * std::cos(angle(x));
        to[4 * k + 1] = charge * std::sin(angle(x));
      }
    }
  }

  void atom_phases() {
    constexpr std::size_t kMostLanes = 8;  // the kernel loads whole vectors
    DipoleTables& out = t_.dipole;
    const std::size_t n_g = out.g_pairs.size();
    out.g_stride = (n_g + kMostLanes - 1) / kMostLanes * kMostLanes;
    out.atom_phases.assign(2 * m_.n_atoms * out.g_stride, 0.0);
    for_each_on_threads(m_.n_atoms, force_.n_threads(), [&](int i) {
      throw_if_cancelled(force_.cancelled());
      const double charge = out.isotropic_born ? out.born[9 * i] : 1.0;
      double* to = out.atom_phases.data() + 2 * i * out.g_stride;
      for (std::size_t k = 0; k < n_g; ++k) {
        double x = 0;
        for (int a = 0; a < 3; ++a) x += dipole_.g_half[k][a] * t_.atom_r[3 * i + a];
        to[k] = charge * std::cos(angle(x));
        to[out.g_stride + k] = charge * std::sin(angle(x));
      }
    });
  }

  const Model& m_;
  const ForceTerms& force_;
  const Dipole& dipole_;
  const Inversion& inversion_;
  Tables t_;
};

}  // namespace

Tables build_tables(const Model& model, const ForceTerms& force, const Dipole& dipole,
                    const std::vector<double>& sum_rule, const Inversion& inversion, bool real_form,
                    const PlanLimits& limits) {
  const bool by_tiles = model.n_atoms >= limits.tiled_atoms;
  Tables tables = Builder(model, force, dipole, inversion, real_form, by_tiles).build();
  build_terms(tables, std::make_shared<const BlockMaker>(model, force, dipole, sum_rule, by_tiles), force,
              limits.term_bytes);
  return tables;
}

}  // namespace euphonic
