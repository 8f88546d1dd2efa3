// Tests of core/kernel/eigenvectors-inl.h.
#if defined(EUPHONIC_EIGENVECTORS_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_EIGENVECTORS_TEST_INL
#undef EUPHONIC_EIGENVECTORS_TEST_INL
#else
#define EUPHONIC_EIGENVECTORS_TEST_INL
#endif

#include <utility>

#include "core/kernel/eigenvectors-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Eigenvectors [mode][n] of elements [re, im] or real, from orthogonal matrices z [n][n] and reflectors as
// reductions keep them; modes in the order n - 1 .. 0 of the columns.
template <class F>
test::Columns transform_back(int n, const test::Columns& z, const test::Columns& reflectors,
                             const test::Columns& phases) {
  const std::size_t size = n, width = F::kWidth * kN;
  const test::Lanes from(z, kN), u(reflectors, kN), phase(phases, kN), order(size * kLanes),
      y(size * size * width);
  for (int m = 0; m < n; ++m)
    for (std::size_t k = 0; k < kLanes; ++k) order[m * kLanes + k] = n - 1 - m;
  back_transform<F>(n, from.get(), order.get(), Reflectors{u.get(), phase.get()}, y.get(), nullptr);
  return y.columns(kN, std::min(kN, z.size()));
}

test::Columns TransformBack(int n, bool real, const test::Columns& z, const test::Columns& reflectors,
                            const test::Columns& phases) {
  return real ? transform_back<RealField>(n, z, reflectors, phases)
              : transform_back<ComplexField>(n, z, reflectors, phases);
}

// Results of `count` q-points of a chunk of `stride`: [2][3][n_atoms][n_modes][stride].
std::vector<double> WriteEigenvectors(const Tables& t, const test::Columns& y, const test::Columns& atoms,
                                      std::size_t count, std::size_t stride) {
  const test::Lanes from(y, kN), phases(atoms, kLanes), out(2 * t.n * static_cast<std::size_t>(t.n) * stride);
  write_eigenvectors(t, from.get(), phases.get(), 0, std::min(kN, count), stride, out.get(), nullptr);
  return out.values();
}

// [n_atoms][6][count]
std::vector<double> WriteDisplacements(const Tables& t, const DisplacementTables& job, const test::Columns& y,
                                       const test::Columns& eigenvalues) {
  const std::size_t count = std::min(kN, y.size());
  const test::Lanes from(y, kN), values(eigenvalues, kLanes), out(6 * t.inverse_sqrt_mass.size() * count);
  write_displacements(t, job, from.get(), values.get(), 0, count, count, out.get());
  return out.values();
}

std::size_t LanesOfVector() { return kN; }

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "core/units.h"
#include "kernel/judge.h"
#include "kernel/matrices.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(TransformBack);
HWY_EXPORT(WriteEigenvectors);
HWY_EXPORT(WriteDisplacements);
HWY_EXPORT(LanesOfVector);

namespace test {
namespace {

LongComplex number(const std::vector<double>& x, std::size_t at, bool real) {
  return real ? LongComplex(x[at]) : LongComplex(x[2 * at], x[2 * at + 1]);
}

TEST_CASE("kernel: eigenvectors go back through phases and reflectors", "[core][kernel]") {
  for (const bool real : {false, true}) {
    for (int n : {1, 2, 3, 4, 5, 6, 9, 18, 31}) {
      INFO((real ? "real" : "complex") << ", n = " << n);
      const std::size_t width = real ? 1 : 2;
      Numbers numbers(n);
      Columns z, reflectors, phases;
      for (int k = 0; k < 8; ++k) {
        z.push_back(numbers.list(n * n, -1, 1));
        reflectors.push_back(numbers.list(width * n * (n + 1) / 2, -1, 1));
        phases.emplace_back();
        for (int s = 0; s < n; ++s) {
          const double angle = numbers.uniform(-3, 3);
          phases.back().push_back(real ? std::copysign(1.0, angle) : std::cos(angle));
          if (!real) phases.back().push_back(std::sin(angle));
          // |u|^2 = 2, in elements s + 1 .. n - 1
          double norm = 0;
          const std::size_t first = width * packed_index(n, s, s);
          for (std::size_t e = first + width; e < first + width * (n - s); ++e)
            norm += reflectors.back()[e] * reflectors.back()[e];
          for (std::size_t e = first + width; e < first + width * (n - s); ++e)
            reflectors.back()[e] *= std::sqrt(2 / norm);
        }
      }
      for_every_target([&] {
        const Columns found = HWY_DYNAMIC_DISPATCH(TransformBack)(n, real, z, reflectors, phases);
        Worst worst;
        for (std::size_t k = 0; k < found.size(); ++k) {
          for (int m = 0; m < n; ++m) {
            std::vector<LongComplex> y(n);
            LongComplex s = 1;
            Long size = 0;
            for (int i = 0; i < n; ++i) {
              y[i] = s * Long(z[k][i * n + n - 1 - m]);
              size += std::norm(y[i]);
              s *= number(phases[k], i, real);
            }
            for (int r = n - 3; r >= 0; --r) {
              LongComplex dot;
              for (int i = r + 1; i < n; ++i)
                dot += std::conj(number(reflectors[k], packed_index(n, i, r), real)) * y[i];
              for (int i = r + 1; i < n; ++i)
                y[i] -= number(reflectors[k], packed_index(n, i, r), real) * dot;
            }
            for (int i = 0; i < n; ++i)
              worst.add(std::abs(number(found[k], m * n + i, real) - y[i]) / std::sqrt(size) / n);
          }
        }
        CHECK(worst.value() < 1e-15);
      });
    }
  }
}

// Element (atom, component) of mode m in the gauge and basis of atoms, from y in the kernel's basis.
LongComplex atom_element(const Tables& t, const std::vector<double>& y, int m, int atom, int component) {
  for (const Tables::Orbit& o : t.orbits) {
    if (o.first != atom && o.second != atom) continue;
    const std::size_t at = static_cast<std::size_t>(m) * t.n + o.row + component;
    if (!t.real_form) return {y[2 * at], y[2 * at + 1]};
    if (o.second < 0) return y[at];
    return std::sqrt(0.5L) * LongComplex(y[at], o.first == atom ? y[at + 3] : -y[at + 3]);
  }
  return 0;
}

// Eight q-points: eigenvectors as back_transform would leave them, phases of atoms, eigenvalues (hartree^2).
struct ModesGiven {
  Columns y, atoms, eigenvalues;
};

ModesGiven make_modes(const Tables& t) {
  Numbers numbers(9);
  ModesGiven given;
  for (int k = 0; k < 8; ++k) {
    given.y.push_back(numbers.list((t.real_form ? 1 : 2) * t.n * t.n, -1, 1));
    given.eigenvalues.push_back(numbers.list(t.n, -1e-7, 1e-5));  // up to 86 meV
    given.atoms.emplace_back();
    for (double angle : numbers.list(t.n_atoms, -3, 3)) {
      given.atoms.back().push_back(std::cos(angle));
      given.atoms.back().push_back(std::sin(angle));
    }
  }
  return given;
}

TEST_CASE("kernel: eigenvectors of atoms, in both forms", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("inversion, pairs and self-images")));
  for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
    INFO((t->real_form ? "real form" : "complex form"));
    const ModesGiven given = make_modes(*t);
    for_every_target([&] {
      const std::size_t lanes = HWY_DYNAMIC_DISPATCH(LanesOfVector)();
      // Whole lines, which are streamed, part of one, and results that lie across lines.
      const std::pair<std::size_t, std::size_t> shapes[] = {
          {lanes, 2 * lanes}, {1, lanes}, {lanes, lanes + 1}};
      for (const auto& [count, stride] : shapes) {
        const std::vector<double> found =
            HWY_DYNAMIC_DISPATCH(WriteEigenvectors)(*t, given.y, given.atoms, count, stride);
        Worst worst;
        std::size_t at = 0;
        for (int part = 0; part < 2; ++part)
          for (int c = 0; c < 3; ++c)
            for (int i = 0; i < t->n_atoms; ++i)
              for (int m = 0; m < t->n; ++m, at += stride)
                for (std::size_t k = 0; k < count; ++k) {
                  const LongComplex phase(given.atoms[k][2 * i], given.atoms[k][2 * i + 1]);
                  const LongComplex e = atom_element(*t, given.y[k], m, i, c) * phase;
                  worst.add(std::abs(found[at + k] - (part == 0 ? e.real() : e.imag())));
                }
        CHECK(worst.value() < 1e-15);
      }
    });
  }
}

// Element a b of an atom's mean-square displacement tensor, and the sum of magnitudes.
std::pair<Long, Long> displacement_sum(const Tables& t, const DisplacementTables& job,
                                       const ModesGiven& given, std::size_t k, int atom, int a, int b) {
  Long sum = 0, size = 0;
  for (int m = 0; m < t.n; ++m) {
    const Long w = std::sqrt(std::max(0.0L, Long(given.eigenvalues[k][m])));
    if (w * kHartreeInMeV < job.frequency_min) continue;
    const Long coth = job.beta > 0 ? 1 / std::tanh(w * kHartreeInMeV * job.beta / 2) : 1;
    const Long weight = coth / w * t.inverse_sqrt_mass[atom] * t.inverse_sqrt_mass[atom] / 4 *
                        kBohrInAngstrom * kBohrInAngstrom;
    const LongComplex ea = atom_element(t, given.y[k], m, atom, a),
                      eb = atom_element(t, given.y[k], m, atom, b);
    sum += weight * (ea * std::conj(eb)).real();
    size += weight * std::abs(ea * eb);
  }
  return {sum, size};
}

TEST_CASE("kernel: displacements of atoms, in both forms", "[core][kernel]") {
  const auto plan = plan_of(make_crystal(recipe("inversion, pairs and self-images")));
  for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
    const ModesGiven given = make_modes(*t);
    for (const double temperature : {0.0, 4.0, 300.0}) {
      INFO((t->real_form ? "real form" : "complex form") << ", temperature " << temperature);
      DisplacementTables job;
      job.beta = temperature > 0 ? 1 / (kBoltzmannInMeVPerKelvin * temperature) : 0;
      job.frequency_min = 5;
      for_every_target([&] {
        const std::vector<double> found =
            HWY_DYNAMIC_DISPATCH(WriteDisplacements)(*t, job, given.y, given.eigenvalues);
        const std::size_t count = found.size() / (6 * t->n_atoms);
        Worst worst;
        for (std::size_t k = 0; k < count; ++k) {
          for (int i = 0; i < t->n_atoms; ++i) {
            int e6 = 0;
            for (int a = 0; a < 3; ++a) {
              for (int b = a; b < 3; ++b, ++e6) {
                const auto [sum, size] = displacement_sum(*t, job, given, k, i, a, b);
                worst.add(std::abs(found[(6 * i + e6) * count + k] - sum) / size);
              }
            }
          }
        }
        CHECK(worst.value() < 1e-14);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
