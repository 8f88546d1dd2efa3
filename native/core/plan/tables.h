// What the kernel reads: the plan as flat tables, all constants multiplied in, in the order in which
// they are used.
//
// Gauge. For a q-point Q the kernel works at f = Q - n, n the integer vector that brings f nearest to the
// zone centre, with
//   D[i a, j b] = sum over images of Phi(i, j; d) exp(2 pi i f.d) / sqrt(M_i M_j),   d the displacement from
//   atom i to atom j.
// In this gauge the phases of Ewald's reciprocal half are constants, and an inversion centre makes
// D real symmetric.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

namespace euphonic {

class BlockMaker;

// One 3x3 block of D for atoms i and j. Sums over images are grouped as R and -R:
//   sum = exp(2 pi i f.(shift + r_j - r_i)) * [ base + sum_R C_R cos(2 pi f.R) + i S_R sin(2 pi f.R) ].
enum class BlockKind : std::uint8_t {
  full,            // 9 entries C and S
  hermitian,       // diagonal block: upper triangle, 6 entries C (00 01 02 11 12 22), 3 entries S (01 02 12)
  hermitian_real,  // diagonal block without an imaginary part: 6 entries C
};

struct Block {
  int i = 0, j = 0;
  BlockKind kind = BlockKind::full;
  int shift[3] = {0, 0, 0};
  int dipole_pair =
      -1;  // index of the off-diagonal pair in the dipole tables; -1: diagonal block or no dipole term
  double base[9] = {};  // real constants, in the layout of C for the kind
};

// A lattice vector of the half-space that stands for R and -R: x >= 0.
struct HalfVector {
  std::int16_t x = 0, y = 0, z = 0;
};
inline HalfVector half_vector(const std::array<int, 3>& r) {
  return {static_cast<std::int16_t>(r[0]), static_cast<std::int16_t>(r[1]), static_cast<std::int16_t>(r[2])};
}
inline bool operator<(const HalfVector& a, const HalfVector& b) {
  return std::tie(a.x, a.y, a.z) < std::tie(b.x, b.y, b.z);
}
inline bool operator==(const HalfVector& a, const HalfVector& b) {
  return std::tie(a.x, a.y, a.z) == std::tie(b.x, b.y, b.z);
}

// Most lattice vectors that a chunk's indices can tell apart.
constexpr std::size_t kMostIndexedVectors = 65536;

// Terms of all blocks that use one chunk of lattice vectors (their phases fit in the
// first-level cache together).
struct TermChunk {
  int first_vector = 0, n_vectors = 0;
  std::vector<std::uint32_t> begin;         // [n_blocks + 1] into vector_index
  std::vector<std::uint32_t> c_begin;       // [n_blocks] into c
  std::vector<std::uint32_t> s_begin;       // [n_blocks] into s
  std::vector<std::uint16_t> vector_index;  // within the chunk
  std::vector<double> c, s;
};

// Ewald's reciprocal half. T_ij(f) = sum_G w K K^T exp(2 pi i G.(r_i - r_j)), K = q + G, then Z_i T Z_j^T.
struct DipoleTables {
  bool present = false;
  bool isotropic_born =
      false;  // Z_i = z_i 1: z_i z_j is in the phase constants and T needs no matrix products
  double lambda = 0;
  double four_pi_over_volume = 0;
  double dielectric[6] = {};  // 00 01 02 11 12 22

  // Shortest basis of the reciprocal lattice, 1/bohr (rows): in a skewed one the factors of a
  // Gaussian would overflow.
  double basis[3][3] = {};
  int max_index[3] = {0, 0, 0};  // largest |component| of a G vector in it

  // Pairs G, -G; G = 0 is kept apart, it has the limit of LO-TO splitting.
  struct Pair {
    std::int16_t g[3];    // components in `basis`
    double cartesian[3];  // 1/bohr
    double metric;        // G.eps.G
    double prefactor;     // 4 pi / volume * exp(-G.eps.G / 4 lambda^2)
  };
  std::vector<Pair> g_pairs;

  int n_pairs = 0;  // off-diagonal atom pairs
  // cos and sin of 2 pi G.(r_i - r_j) for two atom pairs at a time: [(n_pairs + 1) / 2][n_g][c0 s0 c1 s1]
  std::vector<double> phases;
  // By tiles, in place of these: cos and sin of 2 pi G.r_i, [n_atoms][cos, sin][g_stride], zeros behind n_g;
  // with z / sqrt(M) where charges are isotropic.
  std::vector<double> atom_phases;
  std::size_t g_stride = 0;
  std::vector<double> born;  // [n_atoms][9] Z / sqrt(M); isotropic: only z / sqrt(M) at [0]
};

struct Tables {
  int n_atoms = 0;
  int n = 0;  // 3 n_atoms
  // Large crystals: D is put together some blocks at a time, so that no array has all sums of terms.
  bool by_tiles = false;
  bool real_form = false;        // inversion centre: D is real symmetric in the basis below
  double reciprocal[3][3] = {};  // rows: reciprocal-lattice vectors times 2 pi, 1/bohr
  double volume = 0;
  double cell[3][3] = {};  // rows: cell vectors, bohr

  // Integer vectors g whose planes |f.g| = g.g/2 (in `nearest_metric`) bound the cell around the zone centre;
  // one of each +-.
  double nearest_metric[3][3] = {};
  std::vector<std::array<double, 3>> nearest_vectors;
  // Shortest basis of the reciprocal lattice (rows, r.l.u.) and the inverse matrix; points are first rounded
  // in it. Unused (skewed = false) where it is the unit matrix.
  bool skewed = false;
  double nearest_basis[3][3] = {}, nearest_inverse[3][3] = {};

  std::vector<double> atom_r;             // [n_atoms][3] fractional, as given
  std::vector<double> inverse_sqrt_mass;  // [n_atoms] electron masses

  // Atoms grouped by inversion: orbit k holds atom `first` and its image `second` (= -1: the atom is its own
  // image). Without a real form every atom is an orbit of its own. Rows of D: complex form 3*atom + a; real
  // form in the order of orbits, three rows for + and, if there is a second atom, three for -.
  struct Orbit {
    int first = 0, second = -1;
    int row = 0;
  };
  std::vector<Orbit> orbits;
  // For orbits I <= J, in the order (0,0) (0,1) ... : index of the block (I.first, J.first), and (I.first,
  // J.second) or -1.
  struct OrbitPair {
    int I = 0, J = 0;
    int block = -1, image_block = -1;
  };
  std::vector<OrbitPair> orbit_pairs;

  std::vector<Block> blocks;
  int max_index[3] = {0, 0, 0};     // largest |component| of a lattice vector
  bool sines = false;               // some term has a sine part
  std::vector<HalfVector> vectors;  // sorted by x, y, z within a chunk
  std::size_t n_terms = 0, n_coefficients = 0;
  std::vector<TermChunk> chunks;
  // In place of chunks where these would be too large: makes the terms of a block each time.
  std::shared_ptr<const BlockMaker> maker;
  DipoleTables dipole;
};

}  // namespace euphonic
