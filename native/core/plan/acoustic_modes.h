// The three modes of the zone centre that are most like translations of the whole crystal.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <vector>

namespace euphonic {

struct Mode {
  double value;
  std::vector<double> vector;  // of length 1
};
using AcousticModes = std::array<Mode, 3>;

// matrix: [3n][3n], symmetric, of which the upper triangle counts. Nothing if one of the three is not more
// than half a translation. Throws Cancelled.
std::optional<AcousticModes> acoustic_modes(int n_atoms, std::vector<double> matrix, int n_threads,
                                            const std::atomic<bool>* cancelled);

// The two ways in which it finds them: by diagonalising the matrix, whose time becomes minutes where there
// are a thousand atoms; and, of many atoms, by inverse iteration from the translations, which finds no other
// modes. The latter gives nothing, too, where it cannot tell that no others are more like translations.
std::optional<AcousticModes> acoustic_modes_of_all(int n_atoms, std::vector<double> matrix,
                                                   const std::atomic<bool>* cancelled);
std::optional<AcousticModes> acoustic_modes_by_inverse(int n_atoms, const std::vector<double>& matrix,
                                                       int n_threads, const std::atomic<bool>* cancelled);

}  // namespace euphonic
