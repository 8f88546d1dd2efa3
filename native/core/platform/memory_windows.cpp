#include <malloc.h>

#include "core/platform/memory.h"

namespace euphonic {

void* allocate_result(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  return _aligned_malloc(bytes > 0 ? bytes : 1, kLine);
}

void release_result(void* memory) { _aligned_free(memory); }

}  // namespace euphonic
