// What C++ trusts its callers with: builds for debugging and under sanitizers check it, others do not.
#include <stdexcept>
#include <string>

#include "core/kernel/kernel.h"
#include "support/assertion_handler.h"
#include "support/catch.h"
#include "support/crystals.h"
#include "support/evaluate.h"

using namespace euphonic;
using namespace euphonic::test;

#ifdef NDEBUG

TEST_CASE("core: assertions are not even evaluated in a release", "[core]") {
  bool evaluated = false;
  EUPHONIC_ASSERT([&] {
    evaluated = true;
    return false;
  }());
  CHECK_FALSE(evaluated);
}

#else

namespace {

struct Failed : std::logic_error {
  using std::logic_error::logic_error;
};

// The condition that fails when f is called; empty if none does.
template <class Function>
std::string failure(const Function& f) {
  const HandledAssertions throwing([](const char* condition, const char*, int) { throw Failed(condition); });
  try {
    f();
  } catch (const Failed& failed) {
    return failed.what();
  }
  return {};
}

template <class Change>
std::string failure_of_plan(const Change& change) {
  Model model = make_crystal(recipe("polar, inversion, isotropic charges"));
  change(model);
  return failure([&] { make_plan(model, {}); });
}

// Of a job and a chunk of two points.
template <class Change>
std::string failure_of_submit(Quantity quantity, const Change& change) {
  const Recipe& r = recipe("triclinic");
  const auto plan = plan_of(make_crystal(r));
  JobOptions options = options_of(quantity);
  options.scattering = scattering_of(r);
  options.broadening.width = {1};
  Chunk chunk = make_chunk({{0.1, 0.2, 0.3}, {0, 0, 0}}, 0, 2);
  if (quantity == Quantity::sqw) chunk.energies = {1, 2};
  change(options, chunk);
  Pool pool(1);
  return failure([&] { run(pool, std::make_shared<Job>(plan, options), chunk); });
}

template <class Change>
std::string failure_of_kernel(const Change& change) {
  const auto plan = plan_of(make_crystal(recipe("triclinic")));
  std::vector<double> qpts(3, 0.1), results(100);
  ScatteringTables scattering;
  scattering.amplitude.assign(2 * plan->n_atoms(), 1.0);
  KernelJob job;
  job.tables = &plan->tables();
  KernelRange range;
  range.count = range.stride = 1;
  range.qpts = qpts.data();
  range.frequencies = range.structure_factors = results.data();
  change(job, range, scattering);
  Workspace workspace;
  return failure([&] { run_kernel(job, range, workspace); });
}

}  // namespace

TEST_CASE("core: a model's arrays must fit each other", "[core]") {
  CHECK(failure_of_plan([](Model&) {}).empty());
  CHECK(failure_of_plan([](Model& m) { m.atom_r.pop_back(); }) == "model.atom_r.size() == 3 * n");
  CHECK(failure_of_plan([](Model& m) { m.n_atoms += 1; }) == "model.atom_r.size() == 3 * n");
  CHECK(failure_of_plan([](Model& m) { m.atom_mass.push_back(1); }) == "model.atom_mass.size() == n");
  CHECK(failure_of_plan([](Model& m) { m.atom_mass[0] = 0; }) == "mass > 0");
  CHECK(failure_of_plan([](Model& m) { m.cell_origins.clear(); }) ==
        "model.cell_origins.size() == 3 * cells");
  CHECK(failure_of_plan([](Model& m) { m.force_constants.pop_back(); }) ==
        "model.force_constants.size() == cells * 9 * n * n");
  CHECK(failure_of_plan([](Model& m) { m.born.pop_back(); }) ==
        "model.born.empty() || model.born.size() == 9 * n");
}

TEST_CASE("core: a chunk must fit its job", "[core]") {
  const auto nothing = [](JobOptions&, Chunk&) {};
  for (Quantity quantity : {Quantity::frequencies, Quantity::structure_factor, Quantity::modes, Quantity::sqw,
                            Quantity::displacements})
    CHECK(failure_of_submit(quantity, nothing).empty());
  CHECK(failure_of_submit(Quantity::frequencies, [](JobOptions&, Chunk& c) { c.qpts.pop_back(); }) ==
        "chunk.qpts.size() == 3 * chunk.count");
  CHECK(failure_of_submit(Quantity::frequencies, [](JobOptions&, Chunk& c) {
          c.directions = {1, 0, 0};
        }) == "chunk.directions.empty() || chunk.directions.size() == 3 * chunk.count");
  CHECK(failure_of_submit(Quantity::structure_factor, [](JobOptions& o, Chunk&) {
          o.scattering.lengths.pop_back();
        }) == "options.scattering.lengths.size() == n");
  CHECK(failure_of_submit(Quantity::structure_factor, [](JobOptions& o, Chunk&) {
          o.scattering.debye_waller = {1};
        }) == "options.scattering.debye_waller.empty() || options.scattering.debye_waller.size() == 9 * n");
  CHECK(failure_of_submit(Quantity::sqw, [](JobOptions&, Chunk& c) { c.energies.clear(); }) ==
        "chunk.energies.size() == chunk.count");
  CHECK(failure_of_submit(Quantity::sqw, [](JobOptions& o, Chunk&) { o.broadening.width.clear(); }) ==
        "!options.broadening.width.empty()");
  CHECK(failure_of_submit(Quantity::displacements, [](JobOptions& o, Chunk&) {
          o.displacements.frequency_min = 0;
        }) == "options.displacements.frequency_min > 0");
}

TEST_CASE("core: the kernel is given arrays for what it is asked for", "[core]") {
  using J = KernelJob;
  using R = KernelRange;
  using S = ScatteringTables;
  CHECK(failure_of_kernel([](J&, R&, S&) {}).empty());
  CHECK(failure_of_kernel([](J& j, R&, S& s) { j.scattering = &s; }).empty());
  CHECK(failure_of_kernel([](J&, R& r, S&) { r.count = 2; }) == "range.first + range.count <= range.stride");
  CHECK(failure_of_kernel([](J&, R& r, S&) { r.qpts = nullptr; }) ==
        "range.count == 0 || range.qpts != nullptr");
  CHECK(failure_of_kernel([](J& j, R&, S&) { j.eigenvectors = true; }) ==
        "!job.eigenvectors || range.eigenvectors != nullptr");
  CHECK(failure_of_kernel([](J& j, R& r, S& s) {
          j.scattering = &s;
          r.structure_factors = nullptr;
        }) == "job.broadening != nullptr || job.histogram != nullptr || range.structure_factors != nullptr");
  CHECK(failure_of_kernel([](J& j, R&, S& s) {
          j.scattering = &s;
          s.amplitude.pop_back();
        }) == "job.scattering->amplitude.size() == 2 * n");
  Tables wrong = plan_of(make_crystal(recipe("triclinic")))->tables();
  wrong.n += 1;
  CHECK(failure_of_kernel([&](J& j, R&, S&) { j.tables = &wrong; }) ==
        "t.n_atoms > 0 && t.n == 3 * t.n_atoms");
}

TEST_CASE("core: arrays of scratch memory are whole vectors", "[core]") {
  double* array = nullptr;
  CHECK(failure([&] { Layout(nullptr, 8).add(array, 16); }).empty());
  CHECK(failure([&] { Layout(nullptr, 8).add(array, 12); }) == "size % vector_ == 0");
}

#endif
