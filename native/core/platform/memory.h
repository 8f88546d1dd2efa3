// Memory for results: one source file for each system.
#pragma once

#include <cstddef>

namespace euphonic {

// Memory that std::free releases, so that another runtime can own it; null if there is none. On cache lines,
// so that stores of full vectors fill them, where the system's free() takes such memory.
void* allocate_result(std::size_t bytes);

}  // namespace euphonic
