// Who may do what with a file of Windows, where access lists take the place of mode bits.
#pragma once

#include <string>

namespace euphonic::node {

struct FileAccess {
  // whether it belongs to this user, or to what this user's new files belong to
  bool own;
  // whether everybody, or every user of the computer or the domain, may read it or write to it
  bool others_read, others_write;
};

// A link is not followed. Throws std::system_error when the system does.
FileAccess file_access(const std::string& path);

}  // namespace euphonic::node
