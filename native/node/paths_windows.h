// Paths as Windows takes them.
#pragma once

#include <string>

namespace euphonic::node {

// UTF-16, in the form that may be longer than 260 characters; it takes no slashes.
std::wstring unlimited_path(const std::string& utf8);

}  // namespace euphonic::node
