// Jobs run to their end, and their results compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/pool/pool.h"
#include "crystals.h"
#include "reference.h"

namespace euphonic::test {

// Sanitizers slow the kernel down by one or two orders of magnitude; their tests use fewer points
// and no clock.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// All recipes; under sanitizers one in three, of each kind some.
std::vector<Recipe> tested_recipes();

struct Results {
  std::size_t count = 0;
  std::vector<double> frequencies;        // [n_modes][count]
  std::vector<double> structure_factors;  // [n_surfaces][count]
  std::vector<double> eigenvectors;       // [2][3][n_atoms][n_modes][count]
  std::vector<double> mode_gradients;     // [3][n_modes][count]
  std::size_t imaginary = 0;

  std::vector<double> frequencies_at(std::size_t k) const { return column(frequencies, k); }
  std::vector<double> structure_factors_at(std::size_t k) const { return column(structure_factors, k); }
  // Rows: modes; columns: Cartesian components.
  Eigen::MatrixX3d mode_gradients_at(std::size_t k) const;
  // Columns: modes; rows: 3 atom + component.
  Eigen::MatrixXcd eigenvectors_at(std::size_t k, int n_atoms) const;
  bool operator==(const Results& other) const;  // bit by bit

 private:
  std::vector<double> column(const std::vector<double>& values, std::size_t k) const;
};

Chunk make_chunk(const Points& points, std::size_t first, std::size_t count, const Points& directions = {});
// Submits and waits.
ChunkResult run(Pool& pool, const std::shared_ptr<Job>& job, Chunk chunk);
// All points in chunks of chunk_points (0: one chunk), each with its neighbours; throws if a chunk fails.
// directions: one for each point, or none.
Results evaluate(Pool& pool, const std::shared_ptr<const Plan>& plan, const JobOptions& options,
                 const Points& points, std::size_t chunk_points = 0, const Points& directions = {});

std::shared_ptr<const Plan> plan_of(const Model& model, SumRule rule = SumRule::none, bool dipole = true,
                                    double dipole_parameter = 1);
JobOptions options_of(Quantity quantity, bool splitting = true);
// Scattering lengths of the elements' size, one for each atom; equal for an atom and its image where an
// inversion relates them.
Scattering scattering_of(const Recipe& recipe);

// The direction in which Euphonic approaches the zone centre: next - this, else this - previous, where
// they are no lattice vectors. None away from it.
std::vector<std::optional<Point>> directions_from_list(const Points& points);

// Raises `worst` to `error`; a NaN stays for good.
void keep_worst(double& worst, double error);

// Largest |w^2 - w'^2| / max(1, w^2) / 2 over all modes, in meV: the relative error of frequencies
// above 1 meV.
double frequency_error(const std::vector<double>& expected, const std::vector<double>& found);

// Largest error of a sum of structure factors over modes that are alike (neighbouring gaps of at most 0.05
// meV), relative to the sum, or where it is smaller to a thousandth of what a mode of this frequency could
// have. Runs with a mode below 1 meV are left out. The two halves of a negative_e result count separately.
double structure_factor_error(const std::vector<double>& frequencies, const std::vector<double>& expected,
                              const std::vector<double>& found);

// Points of all kinds: random ones, lattice points, zone boundaries, close to the zone centre.
Points assorted_points(unsigned seed, std::size_t n_random);

}  // namespace euphonic::test
