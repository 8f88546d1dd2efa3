// The terms of one 3x3 block of D, made of force constants, Ewald's real half and a sum rule.
#pragma once

#include <cstdint>
#include <vector>

#include "core/plan/plan_parts.h"

namespace euphonic {

// A lattice vector of the half-space with its coefficients of cosine and sine.
struct FoldedTerm {
  Int3 r;
  double c[9], s[9];
};

// One block with every vector of lattice points and the memory in which it is made, used again for the next.
struct FoldedBlock {
  std::vector<FoldedTerm> terms;  // without that of no lattice vector, which is Block::base
  double base[9];
  bool sines;  // of a diagonal block: whether there is an imaginary part

  std::vector<PairTerm> force, real, sums;
};

// Coefficients of a block in the layout of its kind, with the numbers of their lattice vectors.
struct MadeTerms {
  std::vector<std::uint16_t> vector_index;
  std::vector<double> c, s;
  FoldedBlock folded;
};

// Numbers of coefficients in a term.
constexpr int cosine_entries(BlockKind kind) { return kind == BlockKind::full ? 9 : 6; }
constexpr int sine_entries(BlockKind kind) {
  return kind == BlockKind::full ? 9 : kind == BlockKind::hermitian ? 3 : 0;
}
// Writes those of a term, and moves the pointers behind them.
void write_term(BlockKind kind, const FoldedTerm& term, double*& c, double*& s);

// Refers to a plan's parts, which outlive it. Used by several threads at a time.
class BlockMaker {
 public:
  // sorted: terms in the order of their vectors; else those without an opposite come first.
  BlockMaker(const Model& model, const ForceTerms& force, const Dipole& dipole,
             const std::vector<double>& sum_rule, bool sorted);
  // Atoms and shift of the block are given. Throws std::invalid_argument where a lattice vector is too long.
  void fold(const Block& block, FoldedBlock& out) const;
  // All of a block that has its kind; vectors: those of the tables.
  void make(const Block& block, const std::vector<HalfVector>& vectors, MadeTerms& out) const;

 private:
  void sum_terms(const Block& block, FoldedBlock& out) const;
  void add_constants(const Block& block, double mass, std::vector<PairTerm>& sums) const;

  const Model& m_;
  const ForceTerms& force_;
  const Dipole& dipole_;
  const std::vector<double>& sum_rule_;
  const bool sorted_;
  std::vector<double> inverse_sqrt_mass_;
};

}  // namespace euphonic
