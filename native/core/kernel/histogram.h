// Counting modes in bins of energy: what densities of states and powder averages are made of.
#pragma once

#include <cstddef>
#include <vector>

namespace euphonic {

// Sums of modes are exact: every number that is added is a multiple of this, so that the sum of
// doubles is the same in any order, however q-points are shared among threads, chunks and computers. It holds
// while a sum stays below 2^53 of them, 2^29 modes; rounding to it moves a mode's share by 3e-8 at most.
constexpr double kHistogramQuantum = 1.0 / (1 << 24);

// What a mode counts: 1 (and |e|^2 for an atom), or its structure factor.
enum class ModeWeight { modes, structure_factor };

// Equal bins of energy, and how a mode is spread over them.
struct Histogram {
  double energy_min = 0, energy_max = 1;  // meV
  int bins = 1;
  // Row 0 counts modes. With 1 share for each atom row 1 + i counts |e_i|^2; with 3 row 1 + 3 i + c counts
  // |e_ic|^2 of the Cartesian direction c.
  int shares_per_atom = 0;
  // A mode is a normal distribution, integrated over each bin: its FWHM in meV is a polynomial in its
  // energy, ascending coefficients, and q_width |d omega/dQ| in 1/angstrom is added in quadrature as a
  // standard deviation. Neither: all of a mode is in one bin.
  std::vector<double> width;
  double q_width = 0;
  ModeWeight weight = ModeWeight::modes;
  // So many q-points in a row have a histogram of their own, which one thread sums in their order; 0: all
  // have one together. Structure factors need it: near a Bragg point they are as large as arbitrary, so that
  // no quantum would be both small enough for most of them and large enough for exact sums of all.
  std::size_t block_points = 0;

  int rows(int n_atoms) const { return 1 + shares_per_atom * n_atoms; }
  std::size_t size(int n_atoms) const { return static_cast<std::size_t>(rows(n_atoms)) * bins; }
  // Histograms of `points` q-points, the first of which begins a block.
  std::size_t blocks(std::size_t points) const {
    return block_points == 0 ? 1 : (points + block_points - 1) / block_points;
  }
  // The lower end of a bin, or the upper one of the bin before.
  double edge(int bin) const {
    return bin == bins ? energy_max : energy_min + bin * ((energy_max - energy_min) / bins);
  }
};

// Standard deviation in meV of a mode at an energy (meV) with a gradient of some length (meV angstrom).
double spread(const Histogram& h, double energy, double gradient);

// Adds a mode to counts [rows][bins]. weights: of row r at weights[r * stride]. Bins hold their lower end,
// the last one also its upper; what lies outside is left out. Max error: 1e-9 of a weight; with
// ModeWeight::modes also kHistogramQuantum / 2.
void count_mode(const Histogram& h, double energy, double deviation, const double* weights,
                std::size_t stride, int rows, double* counts);

}  // namespace euphonic
