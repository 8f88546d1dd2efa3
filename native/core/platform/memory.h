// Memory for results: one source file for each system.
#pragma once

#include <cstddef>

namespace euphonic {

// Memory on cache lines, so that stores of full vectors fill them; null if there is none.
void* allocate_result(std::size_t bytes);

// Lets go of what `allocate_result` gave.
void release_result(void* memory);

}  // namespace euphonic
