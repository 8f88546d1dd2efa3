#include "mex/wire/user.h"

#include <cstdlib>
#include <vector>

#if !defined(_WIN32)
#include <pwd.h>
#include <unistd.h>
#endif

namespace euphonic::wire {

#if defined(_WIN32)
std::string home_of_user() {
  const char* profile = std::getenv("USERPROFILE");
  return profile ? profile : "";
}
#else
std::string home_of_user() {
  // more than any entry needs, also where a directory service answers
  std::vector<char> buffer(1 << 16);
  struct passwd entry {};
  struct passwd* found = nullptr;
  const int code = getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return code == 0 && found && found->pw_dir ? found->pw_dir : "";
}
#endif

}  // namespace euphonic::wire
