// Tests of eigenvalues and eigenvectors, a file for each of the kernel's headers.
#include "core/kernel/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernel/eigen_tests.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "kernel/diagonalise_test-inl.h"
#include "kernel/eigenvectors_test-inl.h"
#include "kernel/histogram_test-inl.h"
#include "kernel/rotate_test-inl.h"
