// Modes of a vector of lanes into a histogram over energy.
#if defined(EUPHONIC_KERNEL_HISTOGRAM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_KERNEL_HISTOGRAM_INL
#undef EUPHONIC_KERNEL_HISTOGRAM_INL
#else
#define EUPHONIC_KERNEL_HISTOGRAM_INL
#endif

#include "core/kernel/gradients-inl.h"
#include "core/kernel/histogram.h"
#include "core/kernel/output-inl.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

// Modes without eigenvectors. frequencies: meV. weights: of the points, null for 1.
inline void count_frequencies(const Tables& t, const Histogram& h, const double* frequencies,
                              std::size_t lane, std::size_t count, const double* weights, double* counts) {
  for (int m = 0; m < t.n; ++m) {
    for (std::size_t q = 0; q < count; ++q) {
      const double omega = frequencies[m * kLanes + lane + q];
      const double weight = weights != nullptr ? weights[q] : 1.0;
      count_mode(h, omega, spread(h, omega, 0), &weight, 1, 1, counts);
    }
  }
}

// Structure factors, with negative_e also those of absorption at minus the frequency; modes within
// kImaginaryMeV, and what is not finite, are left out. As write_structure_factors otherwise.
inline void count_scattering(const Tables& t, const ScatteringTables& s, const Histogram& h,
                             const double* frequencies, const double* z, V length2, std::size_t lane,
                             std::size_t count, const double* weights, double* counts) {
  HWY_ALIGN double created[kN], absorbed[kN];
  const auto add = [&](double energy, double weight) {
    if (std::abs(energy) >= kImaginaryMeV && std::isfinite(weight))
      count_mode(h, energy, spread(h, energy, 0), &weight, 1, 1, counts);
  };
  for (int m = 0; m < t.n; ++m) {
    const double* omega = frequencies + m * kLanes + lane;
    const Intensity i = mode_intensity(t, s, load(omega), load(z + m * kLanes + lane), length2);
    store(i.created, created);
    store(i.absorbed, absorbed);
    for (std::size_t q = 0; q < count; ++q) {
      const double weight = weights != nullptr ? weights[q] : 1.0;
      add(omega[q], weight * created[q]);
      if (s.negative_e) add(-omega[q], weight * absorbed[q]);
    }
  }
}

// |e_i|^2 of mode m, or |e_ic|^2 with 3 shares for each atom, to shares [1, atoms x per_atom][kN]. y as
// back_transform leaves it. Max error: 1e-15 n.
inline void atom_shares(const Tables& t, const double* y, std::size_t m, std::size_t per_atom,
                        double* shares) {
  const std::size_t n = t.n, width = t.real_form ? 1 : 2;
  for (const Tables::Orbit& orbit : t.orbits) {
    // In the real form an atom and its image have rows (plus, minus): e = (plus + i minus) / sqrt 2.
    const bool pair = t.real_form && orbit.second >= 0;
    V sums[3] = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t row = 0; row < (pair ? 6 : 3); ++row) {
      const double* at = y + (m * n + orbit.row + row) * width * kN;
      V& sum = sums[row % per_atom];
      for (std::size_t part = 0; part < width; ++part)
        sum = fma(load(at + part * kN), load(at + part * kN), sum);
    }
    for (std::size_t c = 0; c < per_atom; ++c) {
      const V share = pair ? mul(sums[c], set(0.5)) : sums[c];
      for (int atom : {orbit.first, orbit.second})
        if (atom >= 0) store(share, shares + (1 + per_atom * atom + c) * kN);
    }
  }
}

// Modes with eigenvectors y, and with the sums of their gradients where the width needs these. frequencies:
// meV, in the order of both.
inline void count_modes(const Tables& t, const Histogram& h, const double* frequencies, const double* y,
                        const GradientScratch* gradients, std::size_t lane, std::size_t count,
                        const double* weights, double* shares, double* counts) {
  const int rows = h.rows(t.n_atoms);
  for (int m = 0; m < t.n; ++m) {
    store(set(1.0), shares);
    if (h.shares_per_atom > 0) atom_shares(t, y, m, h.shares_per_atom, shares);
    for (std::size_t q = 0; q < count; ++q) {
      const double omega = frequencies[m * kLanes + lane + q];
      const double gradient = gradients != nullptr ? gradient_length(*gradients, m, omega, q) : 0;
      if (weights != nullptr)
        for (int row = 0; row < rows; ++row) shares[row * kN + q] *= weights[q];
      count_mode(h, omega, spread(h, omega, gradient), shares + q, kN, rows, counts);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#endif
