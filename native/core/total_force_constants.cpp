#include "core/total_force_constants.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "core/cancelled.h"
#include "core/ewald.h"
#include "core/lattice.h"
#include "core/threads.h"
#include "core/units.h"

namespace euphonic {

namespace {

// How much longer a pair of atoms at a distance takes than a wave K for a pair of atoms.
constexpr double kRealCost = 15;
// Independent sums over the waves: the latency of one chain of additions would bound them.
constexpr std::size_t kLanes = 2;

// Lattice vectors modulo a supercell, and the q-points that are commensurate with it, in whole numbers.
class Commensurate {
 public:
  explicit Commensurate(const Model& model) : n_(model.n_cells) {
    const auto& s = model.sc_matrix;
    const auto minor = [&](int i, int j) {
      const int p = (i + 1) % 3, q = (i + 2) % 3, r = (j + 1) % 3, t = (j + 2) % 3;
      return std::int64_t{s[p][r]} * s[q][t] - std::int64_t{s[p][t]} * s[q][r];
    };
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) adjugate_[i][j] = minor(j, i);
    for (int c = 0; c < n_; ++c) {
      const std::int32_t* origin = &model.cell_origins[3 * static_cast<std::size_t>(c)];
      origins_.push_back({origin[0], origin[1], origin[2]});
      cells_[key(origins_.back())] = c;
    }
  }

  const std::vector<Int3>& origins() const { return origins_; }

  // Index of the cell that is equivalent to the one at r.
  int cell(const Int3& r) const { return cells_.at(key(r)); }

  // The q = point / n_cells, of q and -q one: the columns of the inverse supercell matrix generate them.
  std::vector<Int3> points() const {
    std::set<Int3> all{{0, 0, 0}};
    for (int column = 0; column < 3; ++column) {
      const Int3 step = modulo(adjugate_[0][column], adjugate_[1][column], adjugate_[2][column]);
      const std::set<Int3> before = all;
      for (Int3 shift = step; before.count(shift) == 0; shift = sum(shift, step))
        for (const Int3& point : before) all.insert(sum(point, shift));
    }
    std::vector<Int3> half;
    for (const Int3& point : all)
      if (point <= opposite(point)) half.push_back(point);
    return half;
  }

  Int3 opposite(const Int3& point) const { return modulo(-point[0], -point[1], -point[2]); }

  // n_cells times q.r modulo n_cells.
  int phase(const Int3& point, const Int3& r) const {
    std::int64_t turns = 0;
    for (int a = 0; a < 3; ++a) turns += std::int64_t{point[a]} * r[a];
    return modulo(turns);
  }

 private:
  int modulo(std::int64_t x) const { return static_cast<int>((x % n_ + n_) % n_); }
  Int3 modulo(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return {modulo(x), modulo(y), modulo(z)};
  }
  Int3 sum(const Int3& x, const Int3& y) const {
    return modulo(std::int64_t{x[0]} + y[0], std::int64_t{x[1]} + y[1], std::int64_t{x[2]} + y[2]);
  }
  // Components along the supercell's vectors modulo 1, times n_cells: equal for equivalent cells.
  Int3 key(const Int3& r) const {
    std::int64_t out[3] = {};
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) out[b] += r[a] * adjugate_[a][b];
    return modulo(out[0], out[1], out[2]);
  }

  int n_;
  std::int64_t adjugate_[3][3];
  std::vector<Int3> origins_;
  std::map<Int3, int> cells_;
};

// The waves at one q-point, ready for the sums over pairs of atoms.
struct Waves {
  Int3 point;
  bool own_opposite;             // q and -q are the same: only cosines count
  std::size_t count;             // a multiple of kLanes, filled up with weights of zero
  std::vector<double> moments;   // [6][count] weight K_a K_b, elements 00 01 02 11 12 22
  std::vector<double> cos, sin;  // [n_atoms][count] of K.r
};

// Sums over the waves of the moments times cos and sin of K.(r_i - r_j), [6] each.
struct Moments {
  double even[6] = {}, odd[6] = {};
};

template <bool kOdd>
Moments pair_sums(const Waves& waves, int i, int j) {
  const std::size_t count = waves.count;
  const double *ci = &waves.cos[i * count], *si = &waves.sin[i * count];
  const double *cj = &waves.cos[j * count], *sj = &waves.sin[j * count];
  const double* moments = waves.moments.data();
  double even[6][kLanes] = {}, odd[6][kLanes] = {};
  for (std::size_t k = 0; k < count; k += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double c = ci[k + l] * cj[k + l] + si[k + l] * sj[k + l];
      const double s = kOdd ? si[k + l] * cj[k + l] - ci[k + l] * sj[k + l] : 0;
      for (int m = 0; m < 6; ++m) {
        const double moment = moments[m * count + k + l];
        even[m][l] += moment * c;
        if (kOdd) odd[m][l] += moment * s;
      }
    }
  }
  Moments out;
  for (int m = 0; m < 6; ++m) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      out.even[m] += even[m][l];
      out.odd[m] += odd[m][l];
    }
  }
  return out;
}

constexpr int kElement[3][3] = {{0, 1, 2}, {1, 3, 4}, {2, 4, 5}};

class DipolePart {
 public:
  DipolePart(const Model& model, double lambda, int n_threads, const std::atomic<bool>* cancelled)
      : m_(model), ewald_(model, lambda), commensurate_(model), cancelled_(cancelled) {
    for (int c = 0; c < m_.n_cells; ++c) cosines_.push_back(std::cos(2 * kPi * c / m_.n_cells) / m_.n_cells);
    for (int c = 0; c < m_.n_cells; ++c) sines_.push_back(std::sin(2 * kPi * c / m_.n_cells) / m_.n_cells);
    const std::vector<Int3> points = commensurate_.points();
    waves_.resize(points.size());
    for_each_on_threads(static_cast<int>(points.size()), n_threads,
                        [&](int k) { waves_[k] = waves_at(points[k]); });
    const std::size_t n = m_.n_atoms;
    pair_totals_.resize(n * (n + 1) / 2);
  }

  // Pairs of atom i and atoms j <= i, which no other row touches.
  void subtract_row(int i, double* force_constants) {
    const std::size_t n_cells = m_.n_cells;
    std::vector<double> blocks(6 * n_cells * (i + 1));  // [j][6][n_cells], without Born charges
    for (int j = 0; j <= i; ++j) add_real(i, j, &blocks[6 * n_cells * j]);
    for (const Waves& waves : waves_) add_reciprocal(waves, i, blocks.data());
    for (int j = 0; j <= i; ++j) subtract_pair(i, j, &blocks[6 * n_cells * j], force_constants);
  }

  // Each atom's own block loses the symmetrised sum of its row: a translation of the crystal costs nothing.
  void add_row_sums(double* force_constants) const {
    const int home = commensurate_.cell({0, 0, 0});
    for (int i = 0; i < m_.n_atoms; ++i) {
      Mat3 sum{};
      for (int j = 0; j < m_.n_atoms; ++j) {
        const Mat3 block = with_born(m_, i, j, pair_totals_[pair(std::max(i, j), std::min(i, j))]);
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b) sum[a][b] += block[a][b];
      }
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b)
          force_constants[element(home, i, i) + a * row_length() + b] += 0.5 * (sum[a][b] + sum[b][a]);
    }
  }

 private:
  std::size_t row_length() const { return 3 * static_cast<std::size_t>(m_.n_atoms); }
  std::size_t element(std::size_t cell, int i, int j) const {
    return (cell * row_length() + 3 * i) * row_length() + 3 * j;
  }
  static std::size_t pair(std::size_t i, std::size_t j) { return i * (i + 1) / 2 + j; }

  Waves waves_at(const Int3& point) const {
    throw_if_cancelled(cancelled_);
    const double n_cells = m_.n_cells;
    const Vec3 q{point[0] / n_cells, point[1] / n_cells, point[2] / n_cells};
    const std::vector<Ewald::Wave> found = ewald_.waves(q, kEwaldCutoff);
    Waves out{
        point, point == commensurate_.opposite(point), (found.size() + kLanes - 1) / kLanes * kLanes, {}, {},
        {}};
    out.moments.assign(6 * out.count, 0);
    out.cos.assign(m_.n_atoms * out.count, 0);
    out.sin.assign(m_.n_atoms * out.count, 0);
    for (std::size_t k = 0; k < found.size(); ++k) {
      const Vec3& K = found[k].cartesian;
      for (int a = 0; a < 3; ++a)
        for (int b = a; b < 3; ++b)
          out.moments[kElement[a][b] * out.count + k] = found[k].weight * K[a] * K[b];
      for (int i = 0; i < m_.n_atoms; ++i) {
        const double* r = &m_.atom_r[3 * static_cast<std::size_t>(i)];
        const double phase = 2 * kPi * dot(found[k].k, {r[0], r[1], r[2]});
        out.cos[i * out.count + k] = std::cos(phase);
        out.sin[i * out.count + k] = std::sin(phase);
      }
    }
    return out;
  }

  void add_real(int i, int j, double* blocks) const {
    throw_if_cancelled(cancelled_);
    for (const Int3& r : ewald_.real_range(i, j, kEwaldCutoff)) {
      const Mat3 block = ewald_.real_block(i, j, r);
      const int cell = commensurate_.cell(r);
      for (int a = 0; a < 3; ++a)
        for (int b = a; b < 3; ++b) blocks[kElement[a][b] * m_.n_cells + cell] += block[a][b];
    }
  }

  void add_reciprocal(const Waves& waves, int i, double* blocks) const {
    throw_if_cancelled(cancelled_);
    const std::size_t n_cells = m_.n_cells;
    std::vector<double> cos(n_cells), sin(n_cells);  // of 2 pi q.R, divided by n_cells
    for (std::size_t c = 0; c < n_cells; ++c) {
      const int phase = commensurate_.phase(waves.point, commensurate_.origins()[c]);
      cos[c] = cosines_[phase];
      sin[c] = sines_[phase];
    }
    for (int j = 0; j <= i; ++j) {
      const Moments sums = waves.own_opposite ? pair_sums<false>(waves, i, j) : pair_sums<true>(waves, i, j);
      for (int m = 0; m < 6; ++m) {
        double* to = blocks + (6 * static_cast<std::size_t>(j) + m) * n_cells;
        for (std::size_t c = 0; c < n_cells; ++c) to[c] += sums.even[m] * cos[c] + sums.odd[m] * sin[c];
      }
    }
  }

  void subtract_pair(int i, int j, const double* blocks, double* force_constants) {
    Mat3& total = pair_totals_[pair(i, j)];
    for (int c = 0; c < m_.n_cells; ++c) {
      Mat3 block;
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) block[a][b] = blocks[kElement[a][b] * m_.n_cells + c];
      const Mat3 charged = with_born(m_, i, j, block);
      const Int3& r = commensurate_.origins()[c];
      double* here = force_constants + element(c, i, j);
      double* there = force_constants + element(commensurate_.cell({-r[0], -r[1], -r[2]}), j, i);
      for (int a = 0; a < 3; ++a) {
        for (int b = 0; b < 3; ++b) {
          total[a][b] += block[a][b];
          here[a * row_length() + b] -= charged[a][b];
          if (i != j) there[b * row_length() + a] -= charged[a][b];
        }
      }
    }
  }

  const Model& m_;
  const Ewald ewald_;
  const Commensurate commensurate_;
  const std::atomic<bool>* cancelled_;
  std::vector<double> cosines_, sines_;  // of whole turns / n_cells, divided by n_cells
  std::vector<Waves> waves_;
  std::vector<Mat3> pair_totals_;  // [pair] sums over the cells, without Born charges
};

}  // namespace

void subtract_dipole_part(const Model& model, double* force_constants, int n_threads,
                          const std::atomic<bool>* cancelled, double lambda_scale) {
  check_ewald_vectors(model);
  // Balanced are as many distances as waves; here they take the same time, and of K and -K one is summed.
  const double lambda =
      lambda_scale * Ewald::balanced_lambda(model) * std::pow(2 * kRealCost / model.n_cells, 1.0 / 6);
  DipolePart part(model, lambda, n_threads, cancelled);
  const int n = model.n_atoms;
  // the longest rows first, so that all threads end at about the same time
  for_each_on_threads(n, n_threads, [&](int k) { part.subtract_row(n - 1 - k, force_constants); });
  part.add_row_sums(force_constants);
}

}  // namespace euphonic
