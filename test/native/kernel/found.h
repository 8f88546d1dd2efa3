// What the parts of tests that are compiled for every target take from those that judge, and give them.
#pragma once

#include <cstddef>
#include <vector>

#include "kernel/lanes.h"

namespace euphonic::test {

// What the stages before leave, columns of one q-point each: sums of terms, powers, phases of atoms at f and
// at n, sums of dipoles and the q-points.
struct Assembly {
  Columns x, powers, atoms, integers, self, pairs, q;
};
struct Assembled {
  Columns matrix, scattering;
};

// q-points of a chunk: their energies, frequencies (meV), first rows of the eigenvectors, and
// tridiagonal matrices.
struct Lines {
  std::vector<double> energies;
  Columns frequencies, z, diagonal, off;
};

// Tridiagonal matrices: off[k] between rows k and k + 1, its last element of no meaning.
struct Tridiagonals {
  int n = 0;
  Columns diagonal, off;
};
// One set for each matrix: eigenvalues, the elements that the kernel calls the first row, with
// vectors all rows.
struct Diagonalised {
  Columns values, first_row, rows;
  std::size_t rotations = 0;
};

// What the kernel makes of q-points: columns of Points' arrays, of phases (of the first chunk) and powers.
struct PointsFound {
  Columns f, n, cartesian, direction, gamma, powers, vectors, atoms;
};

// Hermitian or real symmetric matrices, each the packed lower triangle, and the vectors to begin with;
// elements are [re, im] or real.
struct Matrices {
  int n = 0;
  bool real = false;
  Columns packed, start;  // start: empty for none
};
// Diagonal and off-diagonal as the kernel leaves them: the last row is the first of the reduction.
struct Reductions {
  Columns diagonal, off, length2, reflectors, phases;
};

struct Arrays {
  std::size_t counted = 0, placed = 0, vector = 0;
  std::vector<std::size_t> begins;  // of every array, in doubles from the start of memory
};

}  // namespace euphonic::test
