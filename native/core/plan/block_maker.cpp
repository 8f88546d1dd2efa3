#include "core/plan/block_maker.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace euphonic {

namespace {

constexpr Int3 kNone{0, 0, 0};
constexpr int kUpper[6] = {0, 1, 2, 4, 5, 8};
constexpr int kUpperOff[3] = {1, 2, 5};

bool before(const PairTerm& term, const Int3& r) { return term.r < r; }

Int3 opposite(const Int3& r) { return {-r[0], -r[1], -r[2]}; }

void check_length(const Int3& r) {
  for (int component : r)
    if (std::abs(component) > std::numeric_limits<std::int16_t>::max())
      throw std::invalid_argument(
          "a lattice vector of the force constants has the component " + std::to_string(component) +
          ", more than " + std::to_string(std::numeric_limits<std::int16_t>::max()) +
          "; choose cell vectors that are less slanted, or a supercell that is less long");
}

}  // namespace

void write_term(BlockKind kind, const FoldedTerm& term, double*& c, double*& s) {
  if (kind == BlockKind::full) {
    c = std::copy(term.c, term.c + 9, c);
    s = std::copy(term.s, term.s + 9, s);
    return;
  }
  for (int e : kUpper) *c++ = term.c[e];
  if (kind == BlockKind::hermitian)
    for (int e : kUpperOff) *s++ = term.s[e];
}

BlockMaker::BlockMaker(const Model& model, const ForceTerms& force, const Dipole& dipole,
                       const std::vector<double>& sum_rule, bool sorted)
    : m_(model), force_(force), dipole_(dipole), sum_rule_(sum_rule), sorted_(sorted) {
  for (double mass : m_.atom_mass) inverse_sqrt_mass_.push_back(1 / std::sqrt(mass));
}

// What is the same at every q and belongs to no lattice vector between the cells: the row sum of the dipole
// term and the constant of a sum rule.
void BlockMaker::add_constants(const Block& b, double mass, std::vector<PairTerm>& sums) const {
  const bool row_sum = dipole_.ewald && b.i == b.j;
  if (!row_sum && sum_rule_.empty()) return;
  const Int3 r = opposite({b.shift[0], b.shift[1], b.shift[2]});
  auto at = std::lower_bound(sums.begin(), sums.end(), r, before);
  if (at == sums.end() || at->r != r) at = sums.insert(at, PairTerm{r, {}});
  for (int e = 0; e < 9; ++e) {
    if (row_sum) at->phi[e] += -mass * dipole_.row_sums[b.i][e / 3][e % 3];
    if (!sum_rule_.empty()) {
      const std::size_t row = 3 * b.i + e / 3, column = 3 * b.j + e % 3;
      at->phi[e] += mass * sum_rule_[row * m_.n_modes() + column];
    }
  }
}

// Mass-weighted terms by lattice vector, counted from the block's shift, in their order.
void BlockMaker::sum_terms(const Block& b, FoldedBlock& out) const {
  const double mass = inverse_sqrt_mass_[b.i] * inverse_sqrt_mass_[b.j];
  force_.terms(b.i, b.j, out.force);
  out.real.clear();
  if (dipole_.ewald) {
    dipole_.ewald->for_each_real(b.i, b.j, dipole_.real_cutoff, [&](const Int3& r) {
      const Mat3 z = with_born(m_, b.i, b.j, dipole_.ewald->real_block(b.i, b.j, r));
      PairTerm term{r, {}};
      double largest = 0;
      for (int e = 0; e < 9; ++e) {
        term.phi[e] = z[e / 3][e % 3];
        largest = std::max(largest, std::abs(term.phi[e]));
      }
      if (largest * mass > dipole_.threshold) out.real.push_back(term);
    });
  }
  out.sums.clear();
  auto force = out.force.begin(), real = out.real.begin();
  while (force != out.force.end() || real != out.real.end()) {
    const bool first = real == out.real.end() || (force != out.force.end() && force->r <= real->r);
    const Int3 r = first ? force->r : real->r;
    PairTerm sum{{r[0] - b.shift[0], r[1] - b.shift[1], r[2] - b.shift[2]}, {}};
    const auto add = [&](const PairTerm& term) {
      for (int e = 0; e < 9; ++e) sum.phi[e] += mass * term.phi[e];
    };
    if (force != out.force.end() && force->r == r) add(*force++);
    if (real != out.real.end() && real->r == r) add(*real++);
    out.sums.push_back(sum);
  }
  add_constants(b, mass, out.sums);
}

void BlockMaker::fold(const Block& b, FoldedBlock& out) const {
  sum_terms(b, out);
  const std::vector<PairTerm>& sums = out.sums;
  out.terms.clear();
  out.sines = false;
  std::fill(out.base, out.base + 9, 0.0);
  auto mirror = sums.size();  // opposites descend while the vectors ascend
  for (const PairTerm& term : sums) {
    const Int3 other = opposite(term.r);
    while (mirror > 0 && sums[mirror - 1].r > other) --mirror;
    const bool paired = mirror > 0 && sums[mirror - 1].r == other, half = term.r > kNone;
    if (term.r == kNone) {
      for (int e = 0; e < (b.i == b.j ? 6 : 9); ++e) out.base[e] = term.phi[b.i == b.j ? kUpper[e] : e];
      continue;
    }
    if (!half && paired) continue;  // comes with its opposite
    FoldedTerm folded{half ? term.r : other, {}, {}};
    bool zero = true;
    for (int e = 0; e < 9; ++e) {
      const double x = term.phi[e], y = paired ? sums[mirror - 1].phi[e] : 0.0;
      folded.c[e] = x + y;
      folded.s[e] = half ? x - y : -x;
      zero = zero && folded.c[e] == 0 && folded.s[e] == 0;
    }
    if (zero) continue;
    check_length(folded.r);
    for (int e : kUpperOff) out.sines = out.sines || folded.s[e] != 0;
    out.terms.push_back(folded);
  }
  if (sorted_)
    std::sort(out.terms.begin(), out.terms.end(),
              [](const FoldedTerm& x, const FoldedTerm& y) { return x.r < y.r; });
}

void BlockMaker::make(const Block& block, const std::vector<HalfVector>& vectors, MadeTerms& out) const {
  fold(block, out.folded);
  const std::size_t count = out.folded.terms.size();
  out.vector_index.resize(count);
  out.c.resize(count * cosine_entries(block.kind));
  out.s.resize(count * sine_entries(block.kind));
  double *c = out.c.data(), *s = out.s.data();
  auto from = vectors.begin();
  for (std::size_t k = 0; k < count; ++k) {
    const FoldedTerm& term = out.folded.terms[k];
    from = std::lower_bound(from, vectors.end(), half_vector(term.r));
    out.vector_index[k] = static_cast<std::uint16_t>(from - vectors.begin());
    write_term(block.kind, term, c, s);
  }
}

}  // namespace euphonic
