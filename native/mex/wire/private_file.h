// Reading a file that only its owner may have written and may read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace euphonic::wire {

// No more is read: a connection file has a few hundred bytes.
inline constexpr std::size_t kMaxPrivateFileBytes = 1u << 16;

// The file's content, nothing if there is none. Throws Failure(runtime_directory) for what is not a regular
// file, belongs to another user, is open to others, or cannot be read.
std::optional<std::string> read_private_file(const std::string& path);

}  // namespace euphonic::wire
