// Scratch memory of the kernel, and how it is divided among arrays.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include "core/assertion.h"
#include "hwy/aligned_allocator.h"

namespace euphonic {

// A thread's scratch memory, kept between batches.
class Workspace {
 public:
  // At least `size` doubles, aligned for full vectors; contents undefined. What was given before is gone
  // where it was smaller. Throws std::bad_alloc.
  double* get(std::size_t size);

  std::size_t bytes() const { return sizeof(double) * size_; }

 private:
  hwy::AlignedFreeUniquePtr<double[]> memory_;
  std::size_t size_ = 0;
};

// The address sanitizer sees what runs over the end of one array into the next.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kGuardDoubles = 16;
inline void guard_end(const double* array, std::size_t size) {
  __asan_unpoison_memory_region(array, size * sizeof(double));
  __asan_poison_memory_region(array + size, kGuardDoubles * sizeof(double));
}
#else
constexpr std::size_t kGuardDoubles = 0;
inline void guard_end(const double*, std::size_t) {}
#endif

// Arrays one after the other in memory. Without memory (null) they are only counted, so that the function
// that names a stage's arrays also says how large they are.
class Layout {
 public:
  // vector: doubles in a vector. Sizes are multiples of it, which keeps the arrays aligned.
  Layout(double* memory, std::size_t vector) : memory_(memory), vector_(vector) {}
  // size: in doubles.
  void add(double*& array, std::size_t size) {
    EUPHONIC_ASSERT(size % vector_ == 0);
    if (memory_ != nullptr) {
      array = memory_ + size_;
      guard_end(array, size);
    }
    size_ += size + kGuardDoubles;
  }
  std::size_t size() const { return size_; }

 private:
  double* memory_;
  std::size_t vector_, size_ = 0;
};

}  // namespace euphonic
