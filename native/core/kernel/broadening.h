// The line shapes of broadened intensities.
#pragma once

#include <limits>
#include <vector>

namespace euphonic {

// What broadened intensities need beyond the structure factor: see kernel/broadening-inl.h.
enum class LineShape { gauss, lorentz, dho };
struct Broadening {
  LineShape shape = LineShape::gauss;
  std::vector<double> width;  // FWHM, meV: ascending coefficients of a polynomial in the energy transfer
  double scale = 1;
  double frequency_scale = 1;  // of frequencies; intensities and Bose factors keep the unscaled ones
  // Of a mode, mbarn, before `scale`; it is there for gauss and lorentz: modes near zero are as
  // strong as arbitrary.
  double intensity_limit = std::numeric_limits<double>::infinity();
};

}  // namespace euphonic
