// Builds the kernel's tables from the parts of a plan.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/plan/plan_parts.h"
#include "core/units.h"

namespace euphonic {

namespace {

// Phases of a chunk of lattice vectors for a batch of 32 q-points: this much of the first-level cache.
constexpr std::size_t kPhaseCacheBytes = 32 * 1024;
constexpr std::size_t kLargestBatch = 32;

// Terms of a block, folded: C and S of the lattice vectors of a half-space.
struct FoldedTerm {
  Int3 r;
  int vector;  // number of r among all lattice vectors
  double c[9], s[9];
};
struct FoldedBlock {
  std::vector<FoldedTerm> terms;
};

constexpr int kUpper[6] = {0, 1, 2, 4, 5, 8};
constexpr int kUpperOff[3] = {1, 2, 5};

class Builder {
 public:
  Builder(const Model& model, const ForceTerms& force, const Dipole& dipole,
          const std::vector<double>& sum_rule, const Inversion& inversion, bool real_form)
      : m_(model), force_(force), dipole_(dipole), sum_rule_(sum_rule), inversion_(inversion) {
    t_.real_form = real_form;
  }

  Tables build() {
    geometry();
    orbits();
    for (Block& b : t_.blocks) folded_.push_back(fold_block(b));
    if (dipole_.ewald) dipole_tables();
    chunks();
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

  FoldedBlock fold_block(Block& b) {
    const double mass = t_.inverse_sqrt_mass[b.i] * t_.inverse_sqrt_mass[b.j];
    std::map<Int3, std::array<double, 9>> sum;
    const auto add = [&](const Int3& r, const double* phi, double scale) {
      auto& to =
          sum.try_emplace({r[0] - b.shift[0], r[1] - b.shift[1], r[2] - b.shift[2]}, std::array<double, 9>{})
              .first->second;
      for (int e = 0; e < 9; ++e) to[e] += scale * phi[e];
    };
    std::vector<PairTerm> terms;
    force_.terms(b.i, b.j, terms);
    for (const PairTerm& t : terms) add(t.r, t.phi, mass);
    const auto add_matrix = [&](const Int3& r, const Mat3& x, double scale) { add(r, &x[0][0], scale); };
    if (dipole_.ewald) {
      for (const Int3& r : dipole_.ewald->real_range(b.i, b.j, dipole_.real_cutoff)) {
        const Mat3 z = with_born(m_, b.i, b.j, dipole_.ewald->real_block(b.i, b.j, r));
        double largest = 0;
        for (const Vec3& row : z)
          for (double x : row) largest = std::max(largest, std::abs(x));
        if (largest * mass > dipole_.threshold) add_matrix(r, z, mass);
      }
      if (b.i == b.j) add_matrix({0, 0, 0}, dipole_.row_sums[b.i], -mass);
    }
    if (!sum_rule_.empty()) {
      double a9[9];
      for (int e = 0; e < 9; ++e)
        a9[e] = sum_rule_[static_cast<std::size_t>(3 * b.i + e / 3) * t_.n + 3 * b.j + e % 3];
      add({0, 0, 0}, a9, mass);
    }

    FoldedBlock out;
    bool sines = false;
    for (const auto& [r, phi] : sum) {
      const bool half = r > Int3{0, 0, 0};
      if (r == Int3{0, 0, 0}) {
        for (int e = 0; e < (b.i == b.j ? 6 : 9); ++e) b.base[e] = phi[b.i == b.j ? kUpper[e] : e];
        continue;
      }
      const Int3 opposite{-r[0], -r[1], -r[2]};
      const auto other = sum.find(opposite);
      if (!half && other != sum.end()) continue;  // done with its opposite
      FoldedTerm term{half ? r : opposite, 0, {}, {}};
      bool zero = true;
      for (int e = 0; e < 9; ++e) {
        const double x = phi[e], y = other != sum.end() ? other->second[e] : 0.0;
        term.c[e] = x + y;
        term.s[e] = half ? x - y : -x;
        zero = zero && term.c[e] == 0 && term.s[e] == 0;
      }
      if (zero) continue;
      for (int e : kUpperOff) sines = sines || term.s[e] != 0;
      out.terms.push_back(term);
    }
    if (b.i == b.j && !sines) b.kind = BlockKind::hermitian_real;
    out.terms.shrink_to_fit();  // gigabytes for a thousand atoms
    return out;
  }

  // Coefficients of cosines and sines in a chunk: known before they are stored, as these arrays
  // are the largest.
  std::pair<std::size_t, std::size_t> chunk_sizes(const TermChunk& chunk) {
    std::pair<std::size_t, std::size_t> sizes;
    for (std::size_t b = 0; b < t_.blocks.size(); ++b) {
      const BlockKind kind = t_.blocks[b].kind;
      for (const FoldedTerm& term : folded_[b].terms) {
        const int at = term.vector - chunk.first_vector;
        if (at < 0 || at >= chunk.n_vectors) continue;
        sizes.first += kind == BlockKind::full ? 9 : 6;
        sizes.second += kind == BlockKind::full ? 9 : kind == BlockKind::hermitian ? 3 : 0;
      }
    }
    return sizes;
  }

  void chunks() {
    std::map<Int3, int> index;
    for (const FoldedBlock& b : folded_)
      for (const FoldedTerm& t : b.terms) index[t.r] = 0;
    for (const Block& b : t_.blocks) {
      t_.sines = t_.sines || b.kind != BlockKind::hermitian_real;
      for (int a = 0; a < 3; ++a) t_.max_index[a] = std::max(t_.max_index[a], std::abs(b.shift[a]));
    }
    int next = 0;
    for (auto& [r, k] : index) {
      k = next++;
      for (int a = 0; a < 3; ++a)
        if (std::abs(r[a]) > std::numeric_limits<std::int16_t>::max())
          throw std::invalid_argument(
              "a lattice vector of the force constants has the component " + std::to_string(r[a]) +
              ", more than " + std::to_string(std::numeric_limits<std::int16_t>::max()) +
              "; choose cell vectors that are less slanted, or a supercell that is less long");
      HalfVector v;
      v.x = static_cast<std::int16_t>(r[0]);
      v.y = static_cast<std::int16_t>(r[1]);
      v.z = static_cast<std::int16_t>(r[2]);
      t_.vectors.push_back(v);
      for (int a = 0; a < 3; ++a) t_.max_index[a] = std::max(t_.max_index[a], std::abs(r[a]));
    }
    for (FoldedBlock& b : folded_) {
      throw_if_cancelled(force_.cancelled());
      for (FoldedTerm& t : b.terms) t.vector = index.at(t.r);
    }
    const int per_chunk =
        static_cast<int>(kPhaseCacheBytes / (sizeof(double) * kLargestBatch * (t_.sines ? 2 : 1)));
    const int n_vectors = static_cast<int>(t_.vectors.size());
    const int n_chunks = std::max(1, (n_vectors + per_chunk - 1) / per_chunk);
    for (int k = 0; k < n_chunks; ++k) {
      TermChunk chunk;
      chunk.first_vector = static_cast<int>(static_cast<long long>(n_vectors) * k / n_chunks);
      chunk.n_vectors =
          static_cast<int>(static_cast<long long>(n_vectors) * (k + 1) / n_chunks) - chunk.first_vector;
      const auto [c_size, s_size] = chunk_sizes(chunk);
      chunk.c.reserve(c_size);
      chunk.s.reserve(s_size);
      chunk.begin.push_back(0);
      for (std::size_t b = 0; b < t_.blocks.size(); ++b) {
        const BlockKind kind = t_.blocks[b].kind;
        chunk.c_begin.push_back(static_cast<std::uint32_t>(chunk.c.size()));
        chunk.s_begin.push_back(static_cast<std::uint32_t>(chunk.s.size()));
        throw_if_cancelled(force_.cancelled());
        for (const FoldedTerm& term : folded_[b].terms) {
          const int at = term.vector - chunk.first_vector;
          if (at < 0 || at >= chunk.n_vectors) continue;
          chunk.vector_index.push_back(static_cast<std::uint16_t>(at));
          if (kind == BlockKind::full) {
            chunk.c.insert(chunk.c.end(), term.c, term.c + 9);
            chunk.s.insert(chunk.s.end(), term.s, term.s + 9);
          } else {
            for (int e : kUpper) chunk.c.push_back(term.c[e]);
            if (kind == BlockKind::hermitian)
              for (int e : kUpperOff) chunk.s.push_back(term.s[e]);
          }
        }
        chunk.begin.push_back(static_cast<std::uint32_t>(chunk.vector_index.size()));
      }
      t_.chunks.push_back(std::move(chunk));
    }
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
        x = 2 * kPi * (x - std::round(x));
        to[4 * k] = charge * std::cos(x);
        to[4 * k + 1] = charge * std::sin(x);
      }
    }
  }

  const Model& m_;
  const ForceTerms& force_;
  const Dipole& dipole_;
  const std::vector<double>& sum_rule_;
  const Inversion& inversion_;
  Tables t_;
  std::vector<FoldedBlock> folded_;
};

}  // namespace

Tables build_tables(const Model& model, const ForceTerms& force, const Dipole& dipole,
                    const std::vector<double>& sum_rule, const Inversion& inversion, bool real_form) {
  return Builder(model, force, dipole, sum_rule, inversion, real_form).build();
}

}  // namespace euphonic
