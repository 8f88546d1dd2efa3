// Tests of core/kernel/assemble-inl.h.
#if defined(EUPHONIC_ASSEMBLE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_ASSEMBLE_TEST_INL
#undef EUPHONIC_ASSEMBLE_TEST_INL
#else
#define EUPHONIC_ASSEMBLE_TEST_INL
#endif

#include "core/kernel/assemble-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// D's packed triangle and the scattering vector, elements [re, im] in the complex form.
test::Assembled Assemble(const Tables& t, const ScatteringTables& scattering, const test::Assembly& given) {
  const std::size_t width = t.real_form ? 1 : 2, n = t.n, count = std::min(kN, given.q.size());
  const test::Lanes x(given.x, kLanes), powers(given.powers, kLanes), atoms(given.atoms, kLanes),
      integers(given.integers, kLanes), self(given.self, kN), pairs(given.pairs, kN), q(given.q, kLanes);
  const test::Lanes matrix(n * (n + 1) / 2 * width * kN), vector(n * width * kN);
  const BlockSource source{&t, x.get(), powers.get(), atoms.get(), self.get(), pairs.get(), 0};
  if (t.real_form) {
    assemble_symmetric(source, 0, t.orbit_pairs.size(), matrix.get(), nullptr);
  } else {
    assemble_hermitian(source, 0, t.orbit_pairs.size(), matrix.get(), nullptr);
  }
  Points p{};
  p.q = q.get();
  scattering_vector(t, scattering, p, integers.get(), 0, vector.get());
  return {matrix.columns(kN, count), vector.columns(kN, count)};
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(Assemble);

namespace test {
namespace {

using Matrix3 = std::array<LongComplex, 9>;

std::vector<double> turns(std::size_t count, Numbers& numbers) {
  std::vector<double> z;
  for (std::size_t k = 0; k < count; ++k) {
    const double angle = numbers.uniform(-3, 3);
    z.push_back(std::cos(angle));
    z.push_back(std::sin(angle));
  }
  return z;
}

// Numbers such as the stages before would leave: any sums, and phases of modulus one.
Assembly make_assembly(const Tables& t, unsigned seed) {
  Numbers numbers(seed);
  Assembly a;
  for (int k = 0; k < 8; ++k) {
    a.x.push_back(numbers.list(18 * t.blocks.size(), -1, 1));
    a.powers.emplace_back();
    for (int m : t.max_index) {
      const std::vector<double> axis = turns(2 * m + 1, numbers);
      a.powers.back().insert(a.powers.back().end(), axis.begin(), axis.end());
    }
    a.atoms.push_back(turns(t.n_atoms, numbers));
    a.integers.push_back(turns(t.n_atoms, numbers));
    a.self.push_back(numbers.list(12, -1, 1));
    a.pairs.push_back(numbers.list(12 * (t.dipole.n_pairs + 2), -1, 1));
    a.q.push_back(numbers.list(3, -2, 2));
  }
  return a;
}

LongComplex phase_of_block(const Tables& t, const Block& block, const Assembly& a, std::size_t k) {
  const auto atom = [&](int i) { return LongComplex(a.atoms[k][2 * i], a.atoms[k][2 * i + 1]); };
  LongComplex phase = std::conj(atom(block.i)) * atom(block.j);
  int begin = 0;
  for (int axis = 0; axis < 3; ++axis) {
    const int at = begin + 2 * (t.max_index[axis] + block.shift[axis]);
    if (block.shift[axis] != 0) phase *= LongComplex(a.powers[k][at], a.powers[k][at + 1]);
    begin += 2 * (2 * t.max_index[axis] + 1);
  }
  return phase;
}

// One block of D from its parts, by the formulas of tables.h.
Matrix3 block_of(const Tables& t, std::size_t index, const Assembly& a, std::size_t k) {
  constexpr int six[9] = {0, 1, 2, 1, 3, 4, 2, 4, 5};
  const Block& block = t.blocks[index];
  const double* x = &a.x[k][18 * index];
  Matrix3 out;
  for (int e = 0; e < 9; ++e) {
    if (block.kind == BlockKind::full) {
      out[e] = LongComplex(x[e], x[9 + e]) * phase_of_block(t, block, a, k);
    } else {
      constexpr int sine[9] = {-1, 0, 1, 0, -1, 2, 1, 2, -1};
      const double imaginary = block.kind == BlockKind::hermitian && sine[e] >= 0 ? x[9 + sine[e]] : 0;
      out[e] = LongComplex(x[six[e]], e / 3 < e % 3 ? imaginary : -imaginary);
    }
  }
  if (!t.dipole.present) return out;
  const bool diagonal = block.dipole_pair < 0, isotropic = t.dipole.isotropic_born;
  const double *zi = &t.dipole.born[9 * block.i], *zj = &t.dipole.born[9 * block.j];
  for (int e = 0; e < 9; ++e) {
    const int r = e / 3, c = e % 3;
    for (int p = 0; p < 3; ++p) {
      for (int q = 0; q < 3; ++q) {
        const double *self = &a.self[k][0], *pair = diagonal ? nullptr : &a.pairs[k][12 * block.dipole_pair];
        const Long charges =
            isotropic ? (p == r && q == c ? Long(zi[0]) * zj[0] : 0) : Long(zi[3 * r + p]) * zj[3 * c + q];
        const int at = six[3 * p + q];
        out[e] += charges * (diagonal ? self[at] : self[6 + at]);
        if (diagonal) continue;
        // isotropic charges are in the pair's sums already
        const Long of_pair = isotropic ? (p == r && q == c ? 1 : 0) : charges;
        out[e] += of_pair * LongComplex(pair[at], pair[6 + at]);
      }
    }
  }
  return out;
}

// The image of every atom under inversion; in the complex form the atom itself.
std::vector<int> images(const Tables& t) {
  std::vector<int> image(t.n_atoms);
  for (const Tables::Orbit& o : t.orbits) {
    image[o.first] = o.second < 0 ? o.first : o.second;
    if (o.second >= 0) image[o.second] = o.first;
  }
  return image;
}

// Makes the numbers what an inversion centre makes them: a block is real between atoms that are their own
// images, and symmetric between an atom and its image.
void invert(const Tables& t, Assembly& a) {
  const std::vector<int> image = images(t);
  for (std::size_t b = 0; b < t.blocks.size(); ++b) {
    const Block& block = t.blocks[b];
    for (std::size_t k = 0; k < a.x.size(); ++k) {
      double* x = &a.x[k][18 * b];
      if (block.i != block.j && image[block.i] == block.j) {
        for (int e : {1, 2, 5})
          for (int part : {0, 9}) x[part + 3 * (e % 3) + e / 3] = x[part + e];
      } else if (image[block.i] == block.i && image[block.j] == block.j) {
        const LongComplex turned = block.i == block.j ? 1 : std::conj(phase_of_block(t, block, a, k));
        for (int e = 0; e < 9; ++e) {
          x[9 + e] = static_cast<double>(x[e] * turned.imag());
          x[e] = static_cast<double>(x[e] * turned.real());
          if (block.dipole_pair >= 0 && e < 6) a.pairs[k][12 * block.dipole_pair + 6 + e] = 0;
        }
      }
    }
  }
}

// D [n][n] in the order of atoms, from the blocks in the tables and their images under inversion
// and transposition.
std::vector<LongComplex> whole_matrix(const Tables& t, const Assembly& a, std::size_t k) {
  const std::size_t n = t.n;
  std::vector<LongComplex> d(n * n);
  const auto put = [&](int i, int j, const Matrix3& block) {
    for (int e = 0; e < 9; ++e) {
      d[(3 * i + e / 3) * n + 3 * j + e % 3] = block[e];
      d[(3 * j + e % 3) * n + 3 * i + e / 3] = std::conj(block[e]);
    }
  };
  const auto conjugate = [](Matrix3 block) {
    for (LongComplex& x : block) x = std::conj(x);
    return block;
  };
  const std::vector<int> image = images(t);
  for (std::size_t b = 0; b < t.blocks.size(); ++b) {
    const int i = t.blocks[b].i, j = t.blocks[b].j;
    const Matrix3 block = block_of(t, b, a, k);
    if (t.real_form) put(image[i], image[j], conjugate(block));
    put(i, j, block);
  }
  return d;
}

// Columns of the basis in which D is real: (e_k + e_k') / sqrt 2 and i (e_k - e_k') / sqrt 2 of atoms and
// their images; the atoms' own one in the complex form.
std::vector<LongComplex> basis(const Tables& t) {
  const std::size_t n = t.n;
  std::vector<LongComplex> u(n * n);
  const Long root = std::sqrt(0.5L);
  for (const Tables::Orbit& o : t.orbits) {
    for (int a = 0; a < 3; ++a) {
      if (o.second < 0) {
        u[(3 * o.first + a) * n + o.row + a] = 1;
        continue;
      }
      u[(3 * o.first + a) * n + o.row + a] = u[(3 * o.second + a) * n + o.row + a] = root;
      u[(3 * o.first + a) * n + o.row + 3 + a] = {0, root};
      u[(3 * o.second + a) * n + o.row + 3 + a] = {0, -root};
    }
  }
  return u;
}

// conj(column r of u) . D . column c
LongComplex in_basis(const std::vector<LongComplex>& u, const std::vector<LongComplex>& d, std::size_t n,
                     std::size_t r, std::size_t c) {
  LongComplex sum;
  for (std::size_t i = 0; i < n; ++i) {
    if (u[i * n + r] == LongComplex()) continue;
    for (std::size_t j = 0; j < n; ++j) sum += std::conj(u[i * n + r]) * d[i * n + j] * u[j * n + c];
  }
  return sum;
}

TEST_CASE("kernel: the dynamical matrix from its parts, in both forms", "[core][kernel]") {
  for (const char* name :
       {"triclinic", "inversion, pairs and self-images", "polar, anisotropic charges",
        "polar, isotropic charges, left-handed cell, atoms outside",
        "polar, inversion, pairs and self-images, atoms outside", "polar, inversion, isotropic charges"}) {
    const auto plan = plan_of(make_crystal(recipe(name)));
    for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
      INFO(name << (t->real_form ? ", real form" : ", complex form"));
      Assembly a = make_assembly(*t, 5);
      if (t->real_form) invert(*t, a);
      ScatteringTables scattering;
      scattering.amplitude.assign(2 * t->n_atoms, 1);
      const std::vector<LongComplex> u = basis(*t);
      for_every_target([&] {
        const Assembled found = HWY_DYNAMIC_DISPATCH(Assemble)(*t, scattering, a);
        const std::size_t n = t->n;
        Worst worst;
        for (std::size_t k = 0; k < found.matrix.size(); ++k) {
          const std::vector<LongComplex> d = whole_matrix(*t, a, k);
          std::size_t at = 0;
          for (std::size_t c = 0; c < n; ++c) {
            for (std::size_t r = c; r < n; ++r, ++at) {
              const LongComplex exact = in_basis(u, d, n, r, c);
              if (t->real_form) {
                worst.add(std::abs(found.matrix[k][at] - exact.real()));
              } else {
                worst.add(
                    std::abs(LongComplex(found.matrix[k][2 * at], found.matrix[k][2 * at + 1]) - exact));
              }
            }
          }
        }
        CHECK(worst.value() < 1e-15);
      });
    }
  }
}

TEST_CASE("kernel: scattering vectors, in both forms", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("inversion, pairs and self-images")));
  for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
    INFO((t->real_form ? "real form" : "complex form"));
    Numbers numbers(6);
    Assembly a = make_assembly(*t, 6);
    for (const bool damped : {false, true}) {
      ScatteringTables s;
      for (int i = 0; i < t->n_atoms; ++i) {
        s.amplitude.push_back(numbers.uniform(-1, 1));
        s.amplitude.push_back(t->real_form ? 0 : numbers.uniform(-1, 1));
        if (damped)
          for (double w : numbers.list(6, 0, 0.1)) s.debye_waller.push_back(w);
      }
      for (const Tables::Orbit& o : t->orbits) {
        if (!t->real_form) continue;
        // What the real form asks for: an image's constants are those of the atom, and its phase the
        // conjugate one.
        const int i = o.first, j = o.second < 0 ? o.first : o.second;
        s.amplitude[2 * j] = s.amplitude[2 * i];
        if (damped) std::copy_n(&s.debye_waller[6 * i], 6, &s.debye_waller[6 * j]);
        for (auto& column : a.integers) {
          column[2 * j] = o.second < 0 ? 1 : column[2 * i];
          column[2 * j + 1] = o.second < 0 ? 0 : -column[2 * i + 1];
        }
      }
      const std::vector<LongComplex> u = basis(*t);
      for_every_target([&] {
        const Assembled found = HWY_DYNAMIC_DISPATCH(Assemble)(*t, s, a);
        const std::size_t n = t->n;
        Worst worst;
        for (std::size_t k = 0; k < found.scattering.size(); ++k) {
          Long q[3] = {}, size = 0;
          for (int c = 0; c < 3; ++c) {
            for (int b = 0; b < 3; ++b) q[c] += Long(a.q[k][b]) * t->reciprocal[b][c];
            size = std::max(size, std::abs(q[c]));
          }
          std::vector<LongComplex> v(n);
          for (int i = 0; i < t->n_atoms; ++i) {
            Long w = 0;
            if (damped) {
              const double* six = &s.debye_waller[6 * i];
              w = six[0] * q[0] * q[0] + six[1] * q[0] * q[1] + six[2] * q[0] * q[2] + six[3] * q[1] * q[1] +
                  six[4] * q[1] * q[2] + six[5] * q[2] * q[2];
            }
            const LongComplex amplitude(s.amplitude[2 * i], s.amplitude[2 * i + 1]);
            const LongComplex phase(a.integers[k][2 * i], a.integers[k][2 * i + 1]);
            for (int c = 0; c < 3; ++c) v[3 * i + c] = amplitude * phase * std::exp(-w) * q[c];
          }
          for (std::size_t r = 0; r < n; ++r) {
            LongComplex exact;
            for (std::size_t i = 0; i < n; ++i) exact += std::conj(u[i * n + r]) * v[i];
            const LongComplex here =
                t->real_form ? found.scattering[k][r]
                             : LongComplex(found.scattering[k][2 * r], found.scattering[k][2 * r + 1]);
            worst.add(std::abs(here - exact) / size);
          }
        }
        CHECK(worst.value() < 2e-15);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
