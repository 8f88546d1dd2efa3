// Tests of core/kernel/reduce-inl.h.
#if defined(EUPHONIC_REDUCE_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_REDUCE_TEST_INL
#undef EUPHONIC_REDUCE_TEST_INL
#else
#define EUPHONIC_REDUCE_TEST_INL
#endif

#include "core/kernel/reduce-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

template <class F>
test::Reductions reduce_all(const test::Matrices& m, bool keep) {
  const std::size_t n = m.n, width = F::kWidth * kN, count = std::min(kN, m.packed.size());
  const test::Lanes a(m.packed, kN), start(m.start.empty() ? m.packed : m.start, kN);
  const test::Lanes scratch(n * ReduceScratch<F>::kRow), diagonal(n * kLanes), off(n * kLanes), length2(kN),
      reflectors(n * (n + 1) / 2 * width), phases(n * width);
  const Tridiagonal out{diagonal.get(), off.get()};
  const Reflectors kept = keep ? Reflectors{reflectors.get(), phases.get()} : Reflectors{};
  store(
      reduce<F>(m.n, a.get(), m.start.empty() ? nullptr : start.get(), scratch.get(), out, 0, kept, nullptr),
      length2.get());
  return {diagonal.columns(kLanes, count), off.columns(kLanes, count), length2.columns(kN, count),
          reflectors.columns(kN, count), phases.columns(kN, count)};
}

test::Reductions ReduceAll(const test::Matrices& m, bool keep) {
  return m.real ? reduce_all<RealField>(m, keep) : reduce_all<ComplexField>(m, keep);
}

// Of vectors [n][re, im]: the reflector [n][re, im], then tau, length, and the phase [re, im].
test::Columns MakeReflectors(const test::Columns& vectors) {
  const std::size_t n = vectors[0].size() / 2;
  const test::Lanes x(vectors, kN), more(4 * kN);
  V sigma = hn::Zero(d);
  for (std::size_t i = 0; i < n; ++i)
    sigma = ComplexField::add_norm(ComplexField::get(x.get() + 2 * i * kN), sigma);
  const Reflector<ComplexField> r = make_reflector<ComplexField>(sigma, x.get());
  store(r.tau, more.get());
  store(r.length, more.get() + kN);
  ComplexField::put(r.phase, more.get() + 2 * kN);
  test::Columns out = x.columns(kN, std::min(kN, vectors.size()));
  const test::Columns rest = more.columns(kN, out.size());
  for (std::size_t k = 0; k < out.size(); ++k) out[k].insert(out[k].end(), rest[k].begin(), rest[k].end());
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "kernel/matrices.h"

namespace euphonic {

HWY_EXPORT(ReduceAll);
HWY_EXPORT(MakeReflectors);

namespace test {
namespace {

TEST_CASE("kernel: a reflector takes a vector to the first axis", "[core][kernel]") {
  Numbers numbers(1);
  Columns vectors;
  for (int k = 0; k < 8; ++k) vectors.push_back(numbers.list(10, -1, 1));
  std::fill(vectors[1].begin(), vectors[1].end(), 0.0);
  vectors[2][0] = vectors[2][1] = 0;                         // without a first element
  std::fill(vectors[3].begin() + 2, vectors[3].end(), 0.0);  // nothing else
  for (double& x : vectors[4]) x *= 1e-60;
  for_every_target([&] {
    // All vectors have a turn in the first lane, since a target may have no other.
    for (std::size_t k = 0; k < vectors.size(); ++k) {
      const std::vector<double>& v = vectors[k];
      const std::vector<double> r = HWY_DYNAMIC_DISPATCH(MakeReflectors)({v})[0];
      const Long tau = r[10], length = r[11];
      const LongComplex phase(r[12], r[13]);
      LongComplex overlap;
      Long norm = 0;
      for (int i = 0; i < 5; ++i) {
        const LongComplex x(r[2 * i], r[2 * i + 1]), from(v[2 * i], v[2 * i + 1]);
        overlap += std::conj(x) * from;
        norm += std::norm(from);
      }
      const Long size = std::sqrt(norm);
      INFO("vector " << k);
      if (k == 1) {
        CHECK(r[10] == 0);
        CHECK(r[11] == 0);
        continue;
      }
      Worst worst;
      worst.add(std::abs(length / size - 1));
      worst.add(std::abs(std::abs(phase) - 1));
      for (int i = 0; i < 5; ++i) {
        const LongComplex x(r[2 * i], r[2 * i + 1]), from(v[2 * i], v[2 * i + 1]);
        worst.add(std::abs(from - tau * x * overlap + (i == 0 ? phase * length : LongComplex())) / size);
      }
      CHECK(worst.value() < 1e-15);
    }
  });
}

// Matrices of all sizes at which the reduction takes a turn of its own, and special ones.
std::vector<Matrices> matrices_to_reduce(bool real) {
  std::vector<Matrices> out;
  for (int n : {1, 2, 3, 4, 5, 9, 18, 33, 66}) {
    out.push_back(random_matrices(n, real, n));
    out.push_back(random_matrices(n, real, n));
    out.back().start.clear();
  }
  out.push_back(random_matrices(12, real, 100));
  for (auto& column : out.back().packed) std::fill(column.begin(), column.end(), 0.0);
  out.push_back(random_matrices(12, real, 101));
  for (auto& column : out.back().start) std::fill(column.begin(), column.end(), 0.0);
  out.push_back(random_matrices(12, real, 102));
  for (auto& column : out.back().packed)
    for (double& x : column) x *= 1e-12;
  return out;
}

// What `reduce` makes of all of them, in every target, against the eigenvalues and moments of each.
template <class Reduce>
void check_reduction(const Reduce& reduce) {
  for (const bool real : {false, true}) {
    for (const Matrices& m : matrices_to_reduce(real)) {
      INFO((real ? "real" : "complex") << ", n = " << m.n << (m.start.empty() ? "" : ", with a vector"));
      for_every_target([&] {
        const Reductions found = reduce(m);
        Worst eigenvalues, moments;
        for (std::size_t k = 0; k < found.diagonal.size(); ++k) {
          eigenvalues.add(eigenvalue_error(m, k, found));
          moments.add(moment_error(m, k, found));
        }
        CHECK(eigenvalues.value() < 4e-15);
        CHECK(moments.value() < 5e-15);
      });
    }
  }
}

TEST_CASE("kernel: reduction to tridiagonal form", "[core][kernel]") {
  check_reduction([](const Matrices& m) { return HWY_DYNAMIC_DISPATCH(ReduceAll)(m, false); });
}

TEST_CASE("kernel: reflectors that are kept undo the reduction", "[core][kernel]") {
  for (const bool real : {false, true}) {
    for (const Matrices& given : matrices_to_reduce(real)) {
      Matrices m = given;
      m.start.clear();  // as with eigenvectors
      INFO((real ? "real" : "complex") << ", n = " << m.n);
      for_every_target([&] {
        const Reductions found = HWY_DYNAMIC_DISPATCH(ReduceAll)(m, true);
        Worst worst;
        for (std::size_t k = 0; k < found.diagonal.size(); ++k) worst.add(reflector_error(m, k, found));
        CHECK(worst.value() < 4e-15);
      });
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
