// The dynamical matrix and the scattering vector of one vector of q-points, from the sums of
// the earlier stages.
#if defined(EUPHONIC_KERNEL_ASSEMBLE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_ASSEMBLE_INL
#undef EUPHONIC_KERNEL_ASSEMBLE_INL
#else
#define EUPHONIC_KERNEL_ASSEMBLE_INL
#endif

#include "core/kernel/dipole-inl.h"
#include "core/kernel/terms-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Lower triangle, column by column, without gaps: element (row, col) with row >= col.
HWY_INLINE std::size_t packed(int n, int row, int col) {
  return static_cast<std::size_t>(col) * n - static_cast<std::size_t>(col) * (col + 1) / 2 + row;
}

struct BlockSource {
  const Tables* tables;
  const double* x;            // [block][kBlockRows][kLanes] sums of terms
  const double* powers;       // of axis_powers
  const double* atom_phases;  // [atom][re, im][kLanes]
  const double* dipole_self;  // [self 6, zero 6][kN]
  const double* dipole;       // [pair][kDipoleRows][kN]
  std::size_t lane;
  // By tiles x and dipole begin with these, and x has one vector of lanes: [block][kBlockRows][kN].
  bool by_tiles = false;
  int first_block = 0, first_pair = 0;

  std::size_t row() const { return by_tiles ? kN : kLanes; }
};

// Z_i T Z_j^T added to y; T symmetric, real part and imaginary part apart.
HWY_INLINE void add_born(const double* zi, const double* zj, const V t[6], V y[9]) {
  constexpr int at[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
  for (int a = 0; a < 3; ++a) {
    V row[3];
    for (int c = 0; c < 3; ++c) {
      row[c] = mul(set(zi[3 * a]), t[at[c]]);
      row[c] = fma(set(zi[3 * a + 1]), t[at[3 + c]], row[c]);
      row[c] = fma(set(zi[3 * a + 2]), t[at[6 + c]], row[c]);
    }
    for (int b = 0; b < 3; ++b)
      for (int c = 0; c < 3; ++c) y[3 * a + b] = fma(set(zj[3 * b + c]), row[c], y[3 * a + b]);
  }
}

HWY_INLINE void add_scaled(double scale, const V t[6], V y[9]) {
  constexpr int at[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
  for (int e = 0; e < 9; ++e) y[e] = fma(set(scale), t[at[e]], y[e]);
}

// A block's sums of terms for the source's vector of lanes: [kBlockRows][s.row()].
HWY_INLINE const double* block_sums(const BlockSource& s, int index) {
  return s.x + static_cast<std::size_t>(index - s.first_block) * kBlockRows * s.row() +
         (s.by_tiles ? 0 : s.lane);
}

// One 3x3 block of D but for Ewald's reciprocal half: the sums of terms x, [kBlockRows][step], with the phase
// of the atom pair.
HWY_INLINE void load_terms(const BlockSource& s, int index, const double* x, std::size_t step, V re[9],
                           V im[9]) {
  const Tables& t = *s.tables;
  const Block& block = t.blocks[index];
  const auto row = [&](int e) { return load(x + e * step); };
  if (block.kind == BlockKind::full) {
    const double* ui = s.atom_phases + 2 * block.i * kLanes + s.lane;
    const double* uj = s.atom_phases + 2 * block.j * kLanes + s.lane;
    Complex phase = cmul_conj({load(ui), load(ui + kLanes)}, {load(uj), load(uj + kLanes)});
    for (int a = 0; a < 3; ++a) {
      if (block.shift[a] == 0) continue;
      const double* p = axis_power(t.max_index, s.powers, a, block.shift[a]) + s.lane;
      phase = cmul({load(p), load(p + kLanes)}, phase);
    }
    for (int e = 0; e < 9; ++e) {
      const Complex z = cmul({row(e), row(9 + e)}, phase);
      re[e] = z.re;
      im[e] = z.im;
    }
  } else {
    constexpr int at[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
    for (int e = 0; e < 9; ++e) {
      re[e] = row(at[e]);
      im[e] = hn::Zero(d);
    }
    if (block.kind == BlockKind::hermitian) {
      constexpr int upper[3] = {1, 2, 5}, lower[3] = {3, 6, 7};
      for (int e = 0; e < 3; ++e) {
        im[upper[e]] = row(9 + e);
        im[lower[e]] = hn::Neg(im[upper[e]]);
      }
    }
  }
}

// Adds Ewald's reciprocal half to the block, with the Born charges.
HWY_INLINE void add_dipole(const BlockSource& s, int index, V re[9], V im[9]) {
  const Block& block = s.tables->blocks[index];
  const DipoleTables& dipole = s.tables->dipole;
  const double* zi = dipole.born.data() + 9 * block.i;
  const double* zj = dipole.born.data() + 9 * block.j;
  V tre[6], tim[6];
  if (block.dipole_pair < 0) {
    for (int e = 0; e < 6; ++e) tre[e] = load(s.dipole_self + e * kN);
    if (dipole.isotropic_born) {
      add_scaled(zi[0] * zj[0], tre, re);
    } else {
      add_born(zi, zj, tre, re);
    }
    return;
  }
  const double* p = s.dipole + (block.dipole_pair - s.first_pair) * kDipoleRows * kN;
  // Isotropic charges are in the pair's constants already, but not in the part of G = 0, which
  // all pairs share.
  if (dipole.isotropic_born) {
    constexpr int at[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
    for (int e = 0; e < 6; ++e) tre[e] = load(s.dipole_self + (6 + e) * kN);
    add_scaled(zi[0] * zj[0], tre, re);
    for (int e = 0; e < 9; ++e) {
      re[e] = hn::Add(re[e], load(p + at[e] * kN));
      im[e] = hn::Add(im[e], load(p + (6 + at[e]) * kN));
    }
  } else {
    for (int e = 0; e < 6; ++e) {
      tre[e] = hn::Add(load(p + e * kN), load(s.dipole_self + (6 + e) * kN));
      tim[e] = load(p + (6 + e) * kN);
    }
    add_born(zi, zj, tre, re);
    add_born(zi, zj, tim, im);
  }
}

// One 3x3 block of D, complete.
HWY_INLINE void load_block(const BlockSource& s, int index, V re[9], V im[9]) {
  load_terms(s, index, block_sums(s, index), s.row(), re, im);
  if (s.tables->dipole.present) add_dipole(s, index, re, im);
}

// The orbit pairs `first` to `end` and their blocks go into D's lower triangle, [packed][re, im][kN].
// Max error: 1e-15 times the largest magnitudes of sums and charges that go into an element.
inline void assemble_hermitian(const BlockSource& s, std::size_t first, std::size_t end, double* out,
                               const std::atomic<bool>* cancelled) {
  const Tables& t = *s.tables;
  V re[9], im[9];
  for (std::size_t k = first; k < end; ++k) {  // an orbit is an atom, and its pairs are the blocks
    if (k % kPollInterval == 0 && is_cancelled(cancelled)) return;
    load_block(s, static_cast<int>(k), re, im);
    const int i = 3 * t.blocks[k].i, j = 3 * t.blocks[k].j;
    for (int a = 0; a < 3; ++a) {
      for (int b = i == j ? a : 0; b < 3; ++b) {
        double* o = out + 2 * kN * packed(t.n, j + b, i + a);
        store(re[3 * a + b], o);
        store(hn::Neg(im[3 * a + b]), o + kN);
      }
    }
  }
}

// The real symmetric form, [packed][kN]. With A = D(k, l), B = D(k, l') for orbits {k, k'}, {l, l'} and the
// basis (e_k + e_k')/sqrt 2, i (e_k - e_k')/sqrt 2, in which D(k', l') = A*, D(k', l) = B*:
//   ++ Re A + Re B,  +- Im B - Im A,  -+ Im A + Im B,  -- Re A - Re B;  an atom that is its own image: sqrt 2
//   Re, sqrt 2 Im.
inline void assemble_symmetric(const BlockSource& s, std::size_t first, std::size_t end, double* out,
                               const std::atomic<bool>* cancelled) {
  const Tables& t = *s.tables;
  const auto put = [&](int row, int col, V value) {
    if (row >= col) store(value, out + kN * packed(t.n, row, col));
  };
  const V root2 = set(1.41421356237309504880);
  V are[9], aim[9], bre[9], bim[9];
  for (std::size_t k = first; k < end; ++k) {
    const Tables::OrbitPair& pair = t.orbit_pairs[k];
    if (pair.block % kPollInterval == 0 && is_cancelled(cancelled)) return;
    const Tables::Orbit& I = t.orbits[pair.I];
    const Tables::Orbit& J = t.orbits[pair.J];
    load_block(s, pair.block, are, aim);
    const bool same = pair.I == pair.J;
    if (J.second >= 0 && I.second >= 0) load_block(s, pair.image_block, bre, bim);
    for (int a = 0; a < 3; ++a) {
      for (int b = same ? a : 0; b < 3; ++b) {
        const int e = 3 * a + b;
        const int row = J.row + b, col = I.row + a;
        if (I.second < 0 && J.second < 0) {
          put(row, col, are[e]);
        } else if (I.second < 0) {
          put(row, col, mul(root2, are[e]));
          put(row + 3, col, hn::Neg(mul(root2, aim[e])));
        } else if (J.second < 0) {
          put(row, col, mul(root2, are[e]));
          put(row, col + 3, mul(root2, aim[e]));
        } else {
          put(row, col, hn::Add(are[e], bre[e]));
          put(row + 3, col + 3, hn::Sub(are[e], bre[e]));
          put(row + 3, col, hn::Sub(bim[e], aim[e]));
          if (!same) put(row, col + 3, hn::Add(aim[e], bim[e]));
        }
      }
      // Within one orbit the block between + and - is not symmetric: its other half.
      for (int b = 0; same && I.second >= 0 && b < a; ++b)
        put(J.row + b + 3, I.row + a, hn::Sub(bim[3 * a + b], aim[3 * a + b]));
    }
  }
}

inline void assemble(const BlockSource& s, std::size_t first, std::size_t end, double* out,
                     const std::atomic<bool>* cancelled) {
  if (s.tables->real_form) {
    assemble_symmetric(s, first, end, out, cancelled);
  } else {
    assemble_hermitian(s, first, end, out, cancelled);
  }
}

// The scattering vector in the gauge of D: complex form [3 n_atoms][re, im][kN], real form [3 n_atoms][kN].
// Max error: 2e-15 times amplitude and largest component of Q. Valid range in the real form: amplitudes are
// real, and an atom's constants its image's.
inline void scattering_vector(const Tables& t, const ScatteringTables& s, const Points& p,
                              const double* integer_phases, std::size_t lane, double* out) {
  V q[3];
  for (int c = 0; c < 3; ++c) {
    q[c] = hn::Zero(d);
    for (int a = 0; a < 3; ++a) q[c] = fma(load(p.q + a * kLanes + lane), set(t.reciprocal[a][c]), q[c]);
  }
  const auto damping = [&](int atom) {
    if (s.debye_waller.empty()) return set(1.0);
    const double* w = s.debye_waller.data() + 6 * atom;
    V x = mul(fma(set(w[0]), q[0], fma(set(w[1]), q[1], mul(set(w[2]), q[2]))), q[0]);
    x = fma(fma(set(w[3]), q[1], mul(set(w[4]), q[2])), q[1], x);
    x = fma(mul(set(w[5]), q[2]), q[2], x);
    return hn::Exp(d, hn::Neg(x));
  };
  for (const Tables::Orbit& orbit : t.orbits) {
    const int i = orbit.first;
    const double* u = integer_phases + 2 * i * kLanes + lane;
    const V weight = damping(i);
    const V b_re = mul(weight, set(s.amplitude[2 * i])), b_im = mul(weight, set(s.amplitude[2 * i + 1]));
    const Complex a = cmul({b_re, b_im}, {load(u), load(u + kLanes)});
    for (int c = 0; c < 3; ++c) {
      if (!t.real_form) {
        double* o = out + 2 * (orbit.row + c) * kN;
        store(mul(a.re, q[c]), o);
        store(mul(a.im, q[c]), o + kN);
      } else if (orbit.second < 0) {
        store(mul(a.re, q[c]), out + (orbit.row + c) * kN);
      } else {
        const V root2 = set(1.41421356237309504880);
        store(mul(root2, mul(a.re, q[c])), out + (orbit.row + c) * kN);
        store(mul(root2, mul(a.im, q[c])), out + (orbit.row + 3 + c) * kN);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
