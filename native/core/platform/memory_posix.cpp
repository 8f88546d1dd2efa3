#include <cstdlib>

#include "core/platform/memory.h"

namespace euphonic {

void* allocate_result(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  return std::aligned_alloc(kLine, (bytes + kLine) / kLine * kLine);
}

void release_result(void* memory) { std::free(memory); }

}  // namespace euphonic
