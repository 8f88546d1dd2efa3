#include <cstdlib>

#include "core/platform/memory.h"

namespace euphonic {

// free() of the C runtime takes nothing that was allocated with an alignment.
void* allocate_result(std::size_t bytes) { return std::malloc(bytes > 0 ? bytes : 1); }

}  // namespace euphonic
