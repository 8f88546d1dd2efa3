// Large crystals: sums of terms and of Ewald's reciprocal half for some blocks of D at a time, for one vector
// of lanes. Those of all blocks would take five times the memory of D.
#if defined(EUPHONIC_KERNEL_TILES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_TILES_INL
#undef EUPHONIC_KERNEL_TILES_INL
#else
#define EUPHONIC_KERNEL_TILES_INL
#endif

#include <algorithm>
#include <vector>

#include "core/kernel/assemble-inl.h"
#include "core/plan/block_maker.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Consecutive orbit pairs, and their blocks and atom pairs.
struct Tile {
  std::size_t first, end;  // orbit pairs
  int first_block, end_block;
  int first_pair, end_pair;  // of the dipole term; the same where there is none
};

// An orbit pair has two blocks at most.
constexpr std::size_t kTileOrbitPairs = kTileBlocks / 2;

inline Tile tile_at(const Tables& t, std::size_t first) {
  Tile tile{first, std::min(first + kTileOrbitPairs, t.orbit_pairs.size()), 0, 0, 0, 0};
  tile.first_block = t.orbit_pairs[first].block;
  tile.end_block =
      tile.end < t.orbit_pairs.size() ? t.orbit_pairs[tile.end].block : static_cast<int>(t.blocks.size());
  bool none = true;
  for (int b = tile.first_block; b < tile.end_block; ++b) {
    const int pair = t.blocks[b].dipole_pair;
    if (pair < 0) continue;
    if (none) tile.first_pair = pair;
    none = false;
    tile.end_pair = pair + 1;
  }
  return tile;
}

// Terms of a block that lie together.
struct TermSpan {
  std::size_t first_vector, count;
  const std::uint16_t* vector_index;
  const double *c, *s;
};

// The terms of a block, from tables or made here.
class BlockTerms {
 public:
  explicit BlockTerms(const Tables& t) : t_(t) {}
  const std::vector<TermSpan>& of(int block) {
    spans_.clear();
    if (t_.maker) {
      t_.maker->make(t_.blocks[block], t_.vectors, made_);
      spans_.push_back(
          {0, made_.vector_index.size(), made_.vector_index.data(), made_.c.data(), made_.s.data()});
      return spans_;
    }
    for (const TermChunk& chunk : t_.chunks)
      spans_.push_back({static_cast<std::size_t>(chunk.first_vector),
                        std::size_t{chunk.begin[block + 1]} - chunk.begin[block],
                        chunk.vector_index.data() + chunk.begin[block], chunk.c.data() + chunk.c_begin[block],
                        chunk.s.data() + chunk.s_begin[block]});
    return spans_;
  }

 private:
  const Tables& t_;
  MadeTerms made_;
  std::vector<TermSpan> spans_;
};

// phases: of all lattice vectors, at the vector of lanes. x: [block of the tile][kBlockRows][kN].
// Max error: as add_terms.
inline void tile_terms(const Tables& t, const Tile& tile, BlockTerms& terms, const double* phases,
                       double* x) {
  const std::size_t stride = (t.sines ? 2 : 1) * kLanes;
  for (int b = tile.first_block; b < tile.end_block; ++b, x += kBlockRows * kN) {
    const Block& block = t.blocks[b];
    for (int e = 0; e < 9; ++e) store(set(block.base[e]), x + e * kN);
    std::fill(x + 9 * kN, x + kBlockRows * kN, 0.0);
    for (const TermSpan& span : terms.of(b)) {
      const double* cosines = phases + span.first_vector * stride;
      const double* sines = cosines + kLanes;
      switch (block.kind) {
        case BlockKind::full:
          accumulate<9, 1, kN>(span.vector_index, span.count, span.c, cosines, stride, x);
          accumulate<9, 1, kN>(span.vector_index, span.count, span.s, sines, stride, x + 9 * kN);
          break;
        case BlockKind::hermitian:
          accumulate<6, 1, kN>(span.vector_index, span.count, span.c, cosines, stride, x);
          accumulate<3, 1, kN>(span.vector_index, span.count, span.s, sines, stride, x + 9 * kN);
          break;
        case BlockKind::hermitian_real:
          accumulate<6, 1, kN>(span.vector_index, span.count, span.c, cosines, stride, x);
          break;
      }
    }
  }
}

// Phases of the tile's atom pairs for some G, from those of the atoms: exp(2 pi i G.(r_i - r_j)).
inline void tile_pair_phases(const Tables& t, const Tile& tile, int first_g, int n_g, double* out) {
  const DipoleTables& dipole = t.dipole;
  for (int b = tile.first_block; b < tile.end_block; ++b) {
    const Block& block = t.blocks[b];
    if (block.dipole_pair < 0) continue;
    const double* i = dipole.atom_phases.data() + 2 * block.i * dipole.g_stride + first_g;
    const double* j = dipole.atom_phases.data() + 2 * block.j * dipole.g_stride + first_g;
    double* to = out + (block.dipole_pair - tile.first_pair) * 2 * kDipoleChunk;
    for (int g = 0; g < n_g; g += static_cast<int>(kN)) {
      const V ci = hn::LoadU(d, i + g), si = hn::LoadU(d, i + dipole.g_stride + g);
      const V cj = hn::LoadU(d, j + g), sj = hn::LoadU(d, j + dipole.g_stride + g);
      store(fma(ci, cj, mul(si, sj)), to + g);
      store(fnma(ci, sj, mul(si, cj)), to + kDipoleChunk + g);
    }
  }
}

// T of the tile's atom pairs from the moments of all G.
// Max error: 5e-15 times the sum of |w K_a K_b| over G and the largest charges.
inline void tile_dipole(const Tables& t, const Tile& tile, const double* moments, double* phases,
                        double* out) {
  const int n_g = static_cast<int>(t.dipole.g_pairs.size()), n_pairs = tile.end_pair - tile.first_pair;
  for (int first = 0; first < n_g || first == 0; first += kDipoleChunk) {
    const int count = std::min(n_g - first, kDipoleChunk);
    tile_pair_phases(t, tile, first, count, phases);
    for (int pair = 0; pair < n_pairs; pair += 2) {
      const double* one = phases + pair * 2 * kDipoleChunk;
      // a last one alone goes with itself, and what is behind it is not used
      const double* two = pair + 1 < n_pairs ? one + 2 * kDipoleChunk : one;
      add_to_pairs<1>(one, one + kDipoleChunk, two, two + kDipoleChunk, count, moments + first * 12 * kN,
                      first == 0, out + pair * kDipoleRows * kN);
    }
  }
}

// The same source of blocks for a tile's sums.
inline BlockSource with_tile(BlockSource source, const Tile& tile) {
  source.by_tiles = true;
  source.first_block = tile.first_block;
  source.first_pair = tile.first_pair;
  return source;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
