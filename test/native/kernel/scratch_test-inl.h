// Tests of core/kernel/scratch-inl.h.
#if defined(EUPHONIC_SCRATCH_TEST_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef EUPHONIC_SCRATCH_TEST_INL
#undef EUPHONIC_SCRATCH_TEST_INL
#else
#define EUPHONIC_SCRATCH_TEST_INL
#endif

#include "core/kernel/scratch-inl.h"
#include "kernel/found.h"
#include "kernel/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace euphonic {
namespace HWY_NAMESPACE {

test::Arrays LayOut(const Tables& t, const ScratchUse& use) {
  Scratch s{};
  Layout counted(nullptr, kN);
  lay_out(t, use, s, counted);
  const test::Lanes memory(counted.size());
  Layout placed(memory.get(), kN);
  lay_out(t, use, s, placed);
  test::Arrays out{counted.size(), placed.size(), kN, {}};
  for (const double* array : {s.points.q,
                              s.points.f,
                              s.points.n,
                              s.points.cart,
                              s.points.dir,
                              s.points.gamma,
                              s.powers,
                              s.atoms,
                              s.integers,
                              s.chunk_phases,
                              s.x,
                              s.dipole.exponentials,
                              s.dipole.moments,
                              s.dipole.self,
                              s.dipole.t,
                              s.dipole.pair_phases,
                              s.matrix,
                              s.start,
                              s.reduction,
                              s.band,
                              s.tridiagonal.diagonal,
                              s.tridiagonal.off,
                              s.z,
                              s.length2,
                              s.known.diagonal,
                              s.known.off,
                              s.order,
                              s.sweeps,
                              s.eigenvectors,
                              s.reflectors.u,
                              s.reflectors.phase,
                              s.gradients.phases,
                              s.gradients.x,
                              s.gradients.block,
                              s.gradients.sums,
                              s.gradients.exponentials,
                              s.gradients.moments,
                              s.gradients.self,
                              s.gradients.t})
    if (array != nullptr) out.begins.push_back(array - memory.get());
  return out;
}

}  // namespace HWY_NAMESPACE
}  // namespace euphonic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "kernel/judge.h"
#include "support/crystals.h"
#include "support/evaluate.h"

namespace euphonic {

HWY_EXPORT(LayOut);

namespace test {
namespace {

TEST_CASE("kernel: scratch memory is counted as it is laid out", "[core][kernel]") {
  const struct Restore {
    ~Restore() { set_one_stage_bytes(kOneStageBytes); }
  } restore;
  for (const char* name :
       {"triclinic", "polar, anisotropic charges", "polar, inversion, isotropic charges"}) {
    const auto plan = plan_of(make_crystal(recipe(name)));
    for (const Tables* t : {&plan->tables(), &plan->complex_tables()}) {
      for (const ScratchUse& use : {ScratchUse{}, ScratchUse{true, false}, ScratchUse{true, true}}) {
        for (const std::size_t one_stage : {kOneStageBytes, std::size_t{0}}) {
          set_one_stage_bytes(one_stage);
          INFO(name << ", vectors " << use.eigenvectors << ", gradients " << use.mode_gradients << ", "
                    << one_stage);
          for_every_target([&] {
            Arrays found = HWY_DYNAMIC_DISPATCH(LayOut)(*t, use);
            CHECK(found.counted == found.placed);
            CHECK(workspace_bytes(*t, use) == sizeof(double) * found.counted);
            std::sort(found.begins.begin(), found.begins.end());
            CHECK(std::adjacent_find(found.begins.begin(), found.begins.end()) == found.begins.end());
            CHECK(found.begins.front() == 0);
            CHECK(found.begins.back() < found.counted);
            for (std::size_t begin : found.begins) CHECK(begin % found.vector == 0);
            const std::size_t expected = 19 + (t->dipole.present ? 4 : 0) +
                                         (!use.eigenvectors && one_stage == 0) + (use.eigenvectors ? 7 : 0) +
                                         (use.mode_gradients ? (t->dipole.present ? 8 : 4) : 0);
            CHECK(found.begins.size() == expected - 1);
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace euphonic
#endif

#endif
