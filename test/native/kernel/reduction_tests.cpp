// Tests of reductions to tridiagonal form, a file for each of the kernel's headers.
#include "core/kernel/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/reduction_tests.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernel/reduce_test-inl.h"

#include "kernel/band_test-inl.h"
#include "kernel/chase_test-inl.h"
