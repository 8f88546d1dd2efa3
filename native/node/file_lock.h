// An exclusive advisory lock on a file.
#pragma once

#include <string>

namespace euphonic::node {

// Takes the lock and keeps it until the process ends; false if another process holds it. The file is made
// with mode 0600 if there is none; a symbolic link is refused. Throws std::system_error when the system does.
bool lock_file_for_life(const std::string& path);

}  // namespace euphonic::node
