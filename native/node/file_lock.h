// An exclusive lock on a file: one source file for each system.
#pragma once

#include <string>

namespace euphonic::node {

// Takes the lock and keeps it until the process ends; false if another process holds it. The file, which then
// says this process's id for others to read, is made for its owner alone if there is none; a symbolic link is
// refused. Throws std::system_error when the system does.
bool lock_file_for_life(const std::string& path);

}  // namespace euphonic::node
