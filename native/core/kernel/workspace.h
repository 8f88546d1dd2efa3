// Scratch memory of the kernel, and how it is divided among arrays.
#pragma once

#include <cstddef>

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

// Arrays one after the other in memory. Without memory (null) they are only counted, so that the function
// that names a stage's arrays also says how large they are.
class Layout {
 public:
  explicit Layout(double* memory) : memory_(memory) {}
  // size: in doubles, of whole vectors, which keeps the arrays aligned.
  void add(double*& array, std::size_t size) {
    if (memory_ != nullptr) array = memory_ + size_;
    size_ += size;
  }
  std::size_t size() const { return size_; }

 private:
  double* memory_;
  std::size_t size_ = 0;
};

}  // namespace euphonic
