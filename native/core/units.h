// Atomic units and the units that users see (CODATA 2018).
#pragma once

namespace euphonic {

constexpr double kPi = 3.14159265358979323846;
constexpr double kBohrInAngstrom = 0.529177210903;
constexpr double kHartreeInMeV = 27211.386245988;
constexpr double kBoltzmannInMeVPerKelvin = 0.08617333262145;
// 1 bohr^2 in millibarn: (0.529177210903e-10 m)^2 / 1e-31 m^2
constexpr double kBohr2InMillibarn = kBohrInAngstrom * kBohrInAngstrom * 1e11;
constexpr double kBohrInFm = kBohrInAngstrom * 1e5;

}  // namespace euphonic
