// Numbers in the layout of the kernel's arrays, for its functions under test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "hwy/aligned_allocator.h"

namespace euphonic::test {

// The numbers of one q-point each, a column of the kernel's arrays.
using Columns = std::vector<std::vector<double>>;

// Doubles aligned for full vectors, exactly as many as asked for.
class Lanes {
 public:
  explicit Lanes(std::size_t size) : size_(size), memory_(hwy::AllocateAligned<double>(size)) {
    std::fill(get(), get() + size, 0.0);
  }
  // [row][lanes]; lane k takes column k, and where there are no more columns the first ones again.
  Lanes(const Columns& columns, std::size_t lanes) : Lanes(columns[0].size() * lanes) {
    for (std::size_t row = 0; row < columns[0].size(); ++row)
      for (std::size_t k = 0; k < lanes; ++k) memory_[row * lanes + k] = columns[k % columns.size()][row];
  }
  double* get() const { return memory_.get(); }
  double& operator[](std::size_t k) const { return memory_[k]; }
  std::vector<double> values() const { return {get(), get() + size_}; }
  // The first `count` of so many lanes.
  Columns columns(std::size_t lanes, std::size_t count) const {
    Columns out(count);
    for (std::size_t k = 0; k < size_; ++k)
      if (k % lanes < count) out[k % lanes].push_back(memory_[k]);
    return out;
  }

 private:
  std::size_t size_;
  hwy::AlignedFreeUniquePtr<double[]> memory_;
};

// Numbers between -1 and 1 that both parts of a test can make, to the last bit: in the part that is compiled
// for each target, multiplications and additions may be fused.
inline double sample(std::size_t row, std::size_t lane) {
  const std::size_t mixed = (2654435761u * (row + 1) + 40503u * lane) % 1048576u;
  return static_cast<double>(mixed) / 524288 - 1;
}

}  // namespace euphonic::test
