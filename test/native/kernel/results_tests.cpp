// Tests of what is made of eigenvalues and of a batch as a whole, a file for each of the kernel's headers.
#include "core/kernel/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/results_tests.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernel/batch_test-inl.h"
#include "kernel/broadening_test-inl.h"
#include "kernel/gradients_test-inl.h"
#include "kernel/output_test-inl.h"
#include "kernel/scratch_test-inl.h"
