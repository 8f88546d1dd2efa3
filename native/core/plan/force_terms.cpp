#include <algorithm>

#include "core/plan/plan_parts.h"

namespace euphonic {

ForceTerms::ForceTerms(const Model& model, const std::vector<double>& force_constants, int n_threads,
                       const std::atomic<bool>* cancelled, PlanProgress* progress)
    : model_(model),
      force_constants_(force_constants),
      images_(model),
      n_threads_(n_threads),
      cancelled_(cancelled),
      progress_(progress) {}

void ForceTerms::terms(int i, int j, std::vector<PairTerm>& out) const {
  throw_if_cancelled(cancelled_);
  out.clear();
  const std::size_t n3 = 3 * static_cast<std::size_t>(model_.n_atoms);
  std::vector<Int3> images;
  for (int c = 0; c < model_.n_cells; ++c) {
    const double* block = &force_constants_[(c * n3 + 3 * i) * n3 + 3 * j];
    double phi[9];
    bool zero = true;
    for (int a = 0; a < 3; ++a) {
      for (int b = 0; b < 3; ++b) {
        phi[3 * a + b] = block[a * n3 + b];
        zero = zero && phi[3 * a + b] == 0;
      }
    }
    if (zero) continue;
    images_.images(i, j, c, images);
    for (const Int3& r : images) {
      PairTerm term{r, {}};
      for (int e = 0; e < 9; ++e) term.phi[e] = phi[e] / static_cast<double>(images.size());
      out.push_back(term);
    }
  }
  // Cells are distinct modulo the supercell, so no lattice vector occurs twice; the order makes results
  // independent of theirs.
  std::sort(out.begin(), out.end(), [](const PairTerm& x, const PairTerm& y) { return x.r < y.r; });
}

}  // namespace euphonic
