// The processor's time-stamp counter, for profiles.
#pragma once

#if defined(_M_X64)
#include <intrin.h>
#elif defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace euphonic {

// 0 on a processor that has no such counter.
#if defined(_M_X64) || defined(__x86_64__)
inline unsigned long long ticks() { return __rdtsc(); }
#else
inline unsigned long long ticks() { return 0; }
#endif

}  // namespace euphonic
