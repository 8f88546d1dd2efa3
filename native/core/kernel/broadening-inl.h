// Broadened S(Q, E) at one energy transfer per q-point.
#if defined(EUPHONIC_KERNEL_BROADENING_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_BROADENING_INL
#undef EUPHONIC_KERNEL_BROADENING_INL
#else
#define EUPHONIC_KERNEL_BROADENING_INL
#endif

#include "core/kernel/output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// A width of nothing would divide by zero where a pixel lies on a mode: this many meV is far below
// any instrument's.
constexpr double kSmallestWidth = 1e-6;

// The polynomial's magnitude in meV, at least kSmallestWidth.
// Max error: relative 1e-15 of the largest of its terms.
HWY_INLINE V line_width(const Broadening& b, V energy) {
  V width = hn::Zero(d);
  for (std::size_t k = b.width.size(); k-- > 0;) width = fma(width, energy, set(b.width[k]));
  return hn::Max(hn::Abs(width), set(kSmallestWidth));
}

HWY_INLINE V load_energies(const KernelRange& range, std::size_t at, std::size_t count) {
  HWY_ALIGN double lanes[kN];
  for (std::size_t k = 0; k < kN; ++k) lanes[k] = range.energies[at + std::min(k, count - 1)];
  return load(lanes);
}

// sum over modes of S_created g(E - f w) + S_absorbed g(E + f w), g of unit area. frequencies in meV, z the
// first row of the eigenvectors. A mode with w < 0 (imaginary) stands at f w, as it does in a
// structure factor.
// Max error: 1e-12 times the sum of magnitudes; what lies farther out than exp(-700) counts as that.
inline void write_line_shapes(const Tables& t, const ScatteringTables& s, const Broadening& broadening,
                              const double* frequencies, const double* z, V length2, std::size_t lane,
                              V energy, std::size_t count, double* out) {
  const V width = line_width(broadening, energy);
  const bool gauss = broadening.shape == LineShape::gauss;
  // exp(-4 ln 2 x^2 / width^2), or 1 / (1 + 4 x^2 / width^2), times its norm
  const V inverse_width = hn::Div(set(1.0), width);
  const V steepness = mul(mul(inverse_width, inverse_width), set(gauss ? -2.77258872223978123767 : 4.0));
  const V norm = mul(inverse_width, set(gauss ? 0.93943727869965133377 : 0.63661977236758134308));
  const auto profile = [&](V x) {
    const V scaled = mul(steepness, mul(x, x));
    return gauss ? hn::Exp(d, hn::Max(scaled, set(-700.0))) : hn::Div(set(1.0), hn::Add(set(1.0), scaled));
  };
  V sum = hn::Zero(d);
  for (int m = 0; m < t.n; ++m) {
    const V w = load(frequencies + m * kLanes + lane);
    const Intensity intensity = mode_intensity(t, s, w, load(z + m * kLanes + lane), length2);
    const V at = mul(w, set(broadening.frequency_scale));
    const V limit = set(broadening.intensity_limit);
    sum = fma(hn::Min(intensity.created, limit), profile(hn::Sub(energy, at)), sum);
    if (s.negative_e) sum = fma(hn::Min(intensity.absorbed, limit), profile(hn::Add(energy, at)), sum);
  }
  store_some(mul(mul(sum, norm), set(broadening.scale)), count, out);
}

// Damped harmonic oscillators, all modes at once and without their eigenvalues: with
// z = (E^2 + i E width) / f^2,
//   sum_modes |v e|^2 / (w^2 - z) = |v|^2 / (T_00 - z - T_01^2 / (T_11 - z - ...)),
// a continued fraction in T (its diagonal, and what is beside it; rows stored from the last to the first).
// Its imaginary part times (1 + n(E)) / (pi f n_atoms) is S(Q, E); as the width goes to zero it becomes the
// delta functions of the structure factor. Max error: 1e-12 times the sum of magnitudes.
inline void write_oscillators(const Tables& t, const ScatteringTables& s, const Broadening& broadening,
                              const double* tridiagonal, const double* beside, V length2, std::size_t lane,
                              V energy, std::size_t count, double* out) {
  const V width = line_width(broadening, energy);
  // The response is odd in E: at E = 0 its ratio to E is what stays finite in E (1 + n(E)).
  const V tiny = set(1e-9);
  const V e = hn::IfThenElse(hn::Lt(hn::Abs(energy), tiny), tiny, energy);
  const V unit =
      set(1 / (kHartreeInMeV * kHartreeInMeV * broadening.frequency_scale * broadening.frequency_scale));
  const V z_re = mul(mul(e, e), unit), z_im = mul(hn::Abs(mul(e, width)), unit);
  const auto diagonal = [&](int i) { return hn::Sub(load(tridiagonal + i * kLanes + lane), z_re); };
  V re = diagonal(0), im = hn::Neg(z_im);
  for (int i = 1; i < t.n; ++i) {
    const V off = load(beside + (i - 1) * kLanes + lane);
    const V ratio = hn::Div(mul(off, off), fma(re, re, mul(im, im)));
    re = fnma(ratio, re, diagonal(i));
    im = fma(ratio, im, hn::Neg(z_im));
  }
  const V response = hn::Div(hn::Neg(im), fma(re, re, mul(im, im)));  // Im 1 / (re + i im)
  // |v|^2 / (2 n) (2 / pi) / f, in mbarn / meV: the response is in 1 / hartree^2
  const double constant =
      kBohr2InMillibarn / (kHartreeInMeV * kPi * t.n_atoms * broadening.frequency_scale) * broadening.scale;
  V factor = set(constant);
  const M absorbing = hn::Lt(energy, hn::Zero(d));
  if (s.thermal) {
    // |1 + n(E)|: 1 + n for E > 0, n(|E|) for E < 0
    const V n = s.zero_temperature ? hn::Zero(d) : occupation_of(mul(hn::Abs(e), set(s.beta)));
    const V bose = hn::IfThenElse(absorbing, n, hn::Add(set(1.0), n));
    factor = mul(factor, bose);
  }
  if (!s.negative_e) factor = hn::IfThenZeroElse(absorbing, factor);
  store_some(mul(mul(response, length2), factor), count, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
