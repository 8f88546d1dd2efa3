// What the operating system knows of the user.
#pragma once

#include <string>

namespace euphonic::wire {

// The user's home folder; empty for a number that belongs to no user, as in some containers. HOME is not
// looked at.
std::string home_of_user();

// This computer's name, as Node's os.hostname() gives it.
std::string host_name();

}  // namespace euphonic::wire
