// The terms of all blocks as the kernel reads them, in chunks of lattice vectors.
// Or the maker of blocks, where they would be too large.
#include <algorithm>
#include <limits>
#include <utility>

#include "core/plan/block_maker.h"
#include "core/threads.h"

namespace euphonic {

namespace {

// Phases of a chunk of lattice vectors for a batch of 32 q-points: this much of the first-level cache.
constexpr std::size_t kPhaseCacheBytes = 32 * 1024;
constexpr std::size_t kLargestBatch = 32;
// Blocks that a thread takes at a time.
constexpr std::size_t kRangeBlocks = 256;

// Each block is made twice: first to learn its lattice vectors, then for its coefficients, which go where
// they stay. Making one takes a microsecond or two; a second copy of all would take gigabytes where there are
// a thousand atoms.
class TermTables {
 public:
  TermTables(Tables& tables, const BlockMaker& maker, const ForceTerms& force)
      : t_(tables),
        maker_(maker),
        force_(force),
        ranges_((t_.blocks.size() + kRangeBlocks - 1) / kRangeBlocks) {}

  // Everything but the coefficients; their bytes.
  std::size_t find_vectors() {
    on_threads(kVectorsWeight, [this](std::size_t k) { scan(k); });
    for (const Range& range : ranges_)
      t_.vectors.insert(t_.vectors.end(), range.distinct.begin(), range.distinct.end());
    sort_unique(t_.vectors);
    for (const HalfVector& v : t_.vectors) grow(std::abs(int{v.x}), std::abs(int{v.y}), std::abs(int{v.z}));
    for (const Block& b : t_.blocks) {
      t_.sines = t_.sines || b.kind != BlockKind::hermitian_real;
      grow(std::abs(b.shift[0]), std::abs(b.shift[1]), std::abs(b.shift[2]));
    }
    std::size_t bytes = 0;
    for (std::size_t b = 0; b < t_.blocks.size(); ++b) {
      const std::size_t count = range_of(b).counts[b % kRangeBlocks];
      const int coefficients = cosine_entries(t_.blocks[b].kind) + sine_entries(t_.blocks[b].kind);
      t_.n_terms += count;
      t_.n_coefficients += count * coefficients;
      bytes += count * (coefficients * sizeof(double) + sizeof(std::uint16_t));
    }
    return bytes;
  }

  void fill_chunks() {
    make_chunks();
    on_threads(kCoefficientsWeight, [this](std::size_t k) { fill(k); });
  }

 private:
  struct Range {
    std::vector<HalfVector> vectors;  // of all terms, block by block
    std::vector<HalfVector> distinct;
    std::vector<std::uint32_t> counts;  // [block]
  };

  static void sort_unique(std::vector<HalfVector>& vectors) {
    std::sort(vectors.begin(), vectors.end());
    vectors.erase(std::unique(vectors.begin(), vectors.end()), vectors.end());
  }

  template <class Visit>
  void on_threads(double weight, Visit visit) {
    for_each_on_threads(static_cast<int>(ranges_.size()), force_.n_threads(), [&](int k) {
      throw_if_cancelled(force_.cancelled());
      visit(static_cast<std::size_t>(k));
      force_.add_progress(weight / static_cast<double>(ranges_.size()));
    });
  }

  Range& range_of(std::size_t block) { return ranges_[block / kRangeBlocks]; }
  std::size_t end(std::size_t k) const { return std::min(t_.blocks.size(), (k + 1) * kRangeBlocks); }

  void grow(int x, int y, int z) {
    t_.max_index[0] = std::max(t_.max_index[0], x);
    t_.max_index[1] = std::max(t_.max_index[1], y);
    t_.max_index[2] = std::max(t_.max_index[2], z);
  }

  void scan(std::size_t k) {
    Range& range = ranges_[k];
    FoldedBlock folded;
    for (std::size_t b = k * kRangeBlocks; b < end(k); ++b) {
      Block& block = t_.blocks[b];
      maker_.fold(block, folded);
      std::copy(folded.base, folded.base + 9, block.base);
      if (block.i == block.j && !folded.sines) block.kind = BlockKind::hermitian_real;
      range.counts.push_back(static_cast<std::uint32_t>(folded.terms.size()));
      for (const FoldedTerm& term : folded.terms) range.vectors.push_back(half_vector(term.r));
    }
    range.distinct = range.vectors;
    sort_unique(range.distinct);
    range.distinct.shrink_to_fit();
  }

  // The chunks, as long as they will be, and where each block begins in them.
  void make_chunks() {
    const std::size_t per_chunk =
        t_.by_tiles ? kMostIndexedVectors
                    : kPhaseCacheBytes / (sizeof(double) * kLargestBatch * (t_.sines ? 2 : 1));
    const std::size_t n_vectors = t_.vectors.size(),
                      n_chunks = std::max<std::size_t>(1, (n_vectors + per_chunk - 1) / per_chunk);
    for (std::size_t k = 0; k < n_chunks; ++k) {
      TermChunk chunk;
      chunk.first_vector = static_cast<int>(n_vectors * k / n_chunks);
      chunk.n_vectors = static_cast<int>(n_vectors * (k + 1) / n_chunks) - chunk.first_vector;
      chunk.begin.assign(t_.blocks.size() + 1, 0);
      chunk.c_begin.assign(t_.blocks.size(), 0);
      chunk.s_begin.assign(t_.blocks.size(), 0);
      t_.chunks.push_back(std::move(chunk));
    }
    on_threads(0, [this](std::size_t k) { count(k); });
    for (TermChunk& chunk : t_.chunks) {
      std::size_t c = 0, s = 0, terms = 0;
      for (std::size_t b = 0; b < t_.blocks.size(); ++b) {
        const std::size_t here = chunk.begin[b + 1];
        chunk.c_begin[b] = static_cast<std::uint32_t>(c);
        chunk.s_begin[b] = static_cast<std::uint32_t>(s);
        c += here * cosine_entries(t_.blocks[b].kind);
        s += here * sine_entries(t_.blocks[b].kind);
        chunk.begin[b + 1] = static_cast<std::uint32_t>(terms += here);
      }
      chunk.vector_index.resize(terms);
      chunk.c.resize(c);
      chunk.s.resize(s);
    }
  }

  // Terms of each block in each chunk, into begin of the block after it.
  void count(std::size_t k) {
    const Range& range = ranges_[k];
    auto vector = range.vectors.begin();
    for (std::size_t b = k * kRangeBlocks; b < end(k); ++b)
      for (std::uint32_t i = 0; i < range.counts[b % kRangeBlocks]; ++i)
        ++chunk_of(number(*vector++)).begin[b + 1];
  }

  std::size_t number(const HalfVector& v) const {
    return std::lower_bound(t_.vectors.begin(), t_.vectors.end(), v) - t_.vectors.begin();
  }

  TermChunk& chunk_of(std::size_t number) {
    const auto after = std::upper_bound(
        t_.chunks.begin(), t_.chunks.end(), number,
        [](std::size_t n, const TermChunk& c) { return static_cast<int>(n) < c.first_vector; });
    return *(after - 1);
  }

  void fill(std::size_t k) {
    struct Place {
      std::uint16_t* index;
      double *c, *s;
    };
    std::vector<Place> places(t_.chunks.size());
    FoldedBlock folded;
    for (std::size_t b = k * kRangeBlocks; b < end(k); ++b) {
      for (std::size_t n = 0; n < places.size(); ++n) {
        TermChunk& chunk = t_.chunks[n];
        places[n] = {chunk.vector_index.data() + chunk.begin[b], chunk.c.data() + chunk.c_begin[b],
                     chunk.s.data() + chunk.s_begin[b]};
      }
      maker_.fold(t_.blocks[b], folded);
      for (const FoldedTerm& term : folded.terms) {
        const std::size_t vector = number(half_vector(term.r));
        const TermChunk& chunk = chunk_of(vector);
        Place& place = places[&chunk - t_.chunks.data()];
        *place.index++ = static_cast<std::uint16_t>(vector - chunk.first_vector);
        write_term(t_.blocks[b].kind, term, place.c, place.s);
      }
    }
  }

  Tables& t_;
  const BlockMaker& maker_;
  const ForceTerms& force_;
  std::vector<Range> ranges_;
};

}  // namespace

void build_terms(Tables& tables, std::shared_ptr<const BlockMaker> maker, const ForceTerms& force,
                 std::size_t most_bytes) {
  TermTables terms(tables, *maker, force);
  const std::size_t bytes = terms.find_vectors();
  if (tables.by_tiles && bytes > most_bytes && tables.vectors.size() <= kMostIndexedVectors) {
    tables.maker = std::move(maker);
  } else {
    terms.fill_chunks();
  }
}

}  // namespace euphonic
