// SIMD targets to compile for: one for each register width. The others differ in nothing that the kernel
// uses, and cost compile time; vectors of SVE have no size, so that they cannot be members of the kernel's
// structures. To be included before any header of Highway.
#pragma once

// Builds with sanitizers leave out more: CMakeLists.txt says which.
#if !defined(EUPHONIC_SKIPPED_TARGETS)
#define EUPHONIC_SKIPPED_TARGETS 0
#endif

#define EUPHONIC_ALIKE_TARGETS \
  (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | (EUPHONIC_SKIPPED_TARGETS))

#if defined(EUPHONIC_NEWER_HIGHWAY)
// Of NEON the form that every processor has is left.
#define HWY_DISABLED_TARGETS \
  (EUPHONIC_ALIKE_TARGETS | HWY_AVX3_ZEN4 | HWY_AVX3_SPR | HWY_NEON | HWY_NEON_BF16)
#else
#define HWY_DISABLED_TARGETS EUPHONIC_ALIKE_TARGETS
#endif
