// SIMD targets to compile for: one for each register width. The others differ in nothing that the kernel
// uses, and cost compile time. To be included before any header of Highway.
#pragma once

#if defined(EUPHONIC_NEWER_HIGHWAY)
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_AVX3_ZEN4 | HWY_AVX3_SPR)
#else
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
#endif
