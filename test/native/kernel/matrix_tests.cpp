// Tests of what leads to the dynamical matrix, a file for each of the kernel's headers.
#include "core/kernel/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/matrix_tests.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernel/assemble_test-inl.h"
#include "kernel/dipole_test-inl.h"
#include "kernel/points_test-inl.h"
#include "kernel/terms_test-inl.h"
#include "kernel/vector_test-inl.h"
