// The processor's time-stamp counter, for profiles.
#pragma once

#if defined(_M_X64)
#include <intrin.h>
#endif

namespace euphonic {

// 0 on a processor that has no such counter.
#if defined(_M_X64)
inline unsigned long long ticks() { return __rdtsc(); }
#elif defined(__x86_64__)
// No header of intrinsics here: Highway includes them with their false warnings off.
inline unsigned long long ticks() { return __builtin_ia32_rdtsc(); }
#else
inline unsigned long long ticks() { return 0; }
#endif

}  // namespace euphonic
