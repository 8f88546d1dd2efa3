// Tests of core/kernel/vector-inl.h.
#if defined(EUPHONIC_VECTOR_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_VECTOR_TEST_INL
#undef EUPHONIC_VECTOR_TEST_INL
#else
#define EUPHONIC_VECTOR_TEST_INL
#endif

#include "core/kernel/vector-inl.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// f of every number x: `results` numbers for each, one after the other.
template <class Function>
std::vector<double> of_each(const std::vector<double>& x, std::size_t results, const Function& f) {
  std::vector<double> out;
  const test::Lanes lanes(results * kN);
  for (std::size_t first = 0; first < x.size(); first += kN) {
    for (std::size_t k = 0; k < kN; ++k) lanes[k] = x[std::min(first + k, x.size() - 1)];
    f(lanes.get());
    for (std::size_t k = 0; k < kN && first + k < x.size(); ++k)
      for (std::size_t r = 0; r < results; ++r) out.push_back(lanes[r * kN + k]);
  }
  return out;
}

std::vector<double> RsqrtOfEach(const std::vector<double>& x) {
  return of_each(x, 1, [](double* p) HWY_ATTR { store(rsqrt(load(p)), p); });
}

std::vector<double> ReciprocalOfEach(const std::vector<double>& x) {
  return of_each(x, 1, [](double* p) HWY_ATTR { store(reciprocal_of(load(p)), p); });
}

std::vector<double> TurnOfEach(const std::vector<double>& x, bool any) {
  return of_each(x, 2, [any](double* p) HWY_ATTR {
    const Complex z = any ? turn_any(load(p)) : turn(load(p));
    store(z.re, p);
    store(z.im, p + kN);
  });
}

// a b and conj(a) b of a = x[0] + i x[1] and b = x[2] + i x[3].
std::vector<double> ComplexProducts(const std::vector<double>& x) {
  const Complex a{set(x[0]), set(x[1])}, b{set(x[2]), set(x[3])};
  const Complex plain = cmul(a, b), conjugate = cmul_conj(a, b);
  return {hn::GetLane(plain.re), hn::GetLane(plain.im), hn::GetLane(conjugate.re), hn::GetLane(conjugate.im)};
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"

namespace euphonic {

HWY_EXPORT(RsqrtOfEach);
HWY_EXPORT(ReciprocalOfEach);
HWY_EXPORT(TurnOfEach);
HWY_EXPORT(ComplexProducts);

namespace test {
namespace {

// |found - exact| in units in the last place of the exact value.
Long ulps(double found, Long exact) {
  int exponent = 0;
  std::frexp(static_cast<double>(exact), &exponent);
  return std::abs(found - exact) / std::ldexp(1.0L, exponent - 53);
}

std::vector<double> numbers_of_all_sizes(int least_exponent, int greatest_exponent) {
  Numbers numbers(1);
  std::vector<double> x = numbers.list(20000, 0.5, 4);
  for (int e = least_exponent; e <= greatest_exponent; ++e)
    for (int k = 0; k < 8; ++k) x.push_back(std::ldexp(k == 0 ? 1.0 : numbers.uniform(1, 2), e));
  return x;
}

TEST_CASE("kernel: reciprocal square roots", "[core][kernel]") {
  const std::vector<double> x = numbers_of_all_sizes(-1022, 1023);
  for_every_target([&] {
    const std::vector<double> y = HWY_DYNAMIC_DISPATCH(RsqrtOfEach)(x);
    Worst worst;
    for (std::size_t k = 0; k < x.size(); ++k) worst.add(ulps(y[k], 1 / std::sqrt(Long(x[k]))));
    CHECK(worst.value() <= 1.5);
  });
}

TEST_CASE("kernel: reciprocals", "[core][kernel]") {
  std::vector<double> x = numbers_of_all_sizes(-1021, 1021);
  for (std::size_t k = 0; k < x.size(); k += 2) x[k] = -x[k];
  for_every_target([&] {
    const std::vector<double> y = HWY_DYNAMIC_DISPATCH(ReciprocalOfEach)(x);
    Worst worst;
    for (std::size_t k = 0; k < x.size(); ++k) worst.add(ulps(y[k], 1 / Long(x[k])));
    CHECK(worst.value() <= 0.51);
  });
}

TEST_CASE("kernel: cosines and sines of turns", "[core][kernel]") {
  Numbers numbers(2);
  std::vector<double> within = numbers.list(50000, -0.5, 0.5), any;
  for (int k = -8; k <= 8; ++k) within.push_back(k / 16.0);
  for (int e = 0; e <= 50; ++e)
    for (double m : numbers.list(20, -2, 2)) any.push_back(std::ldexp(m, e));
  for (const bool wide : {false, true}) {
    const std::vector<double>& x = wide ? any : within;
    for_every_target([&] {
      const std::vector<double> z = HWY_DYNAMIC_DISPATCH(TurnOfEach)(x, wide);
      Worst worst;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const Long angle = kTwoPi * (x[k] - std::nearbyint(x[k]));
        worst.add(std::abs(z[2 * k] - std::cos(angle)));
        worst.add(std::abs(z[2 * k + 1] - std::sin(angle)));
      }
      CHECK(worst.value() < 1.7e-16);
    });
  }
}

TEST_CASE("kernel: complex products", "[core][kernel]") {
  for_every_target([&] {
    Numbers numbers(3);
    Worst worst;
    for (int k = 0; k < 2000; ++k) {
      const std::vector<double> x = numbers.list(4, -1, 1);
      const std::vector<double> found = HWY_DYNAMIC_DISPATCH(ComplexProducts)(x);
      const LongComplex a(x[0], x[1]), b(x[2], x[3]), plain = a * b, conjugate = std::conj(a) * b;
      const Long exact[4] = {plain.real(), plain.imag(), conjugate.real(), conjugate.imag()};
      for (int e = 0; e < 4; ++e) worst.add(std::abs(found[e] - exact[e]) / (std::abs(a) * std::abs(b)));
    }
    CHECK(worst.value() < 2.3e-16);
  });
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
