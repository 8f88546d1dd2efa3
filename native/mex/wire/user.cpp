#include "mex/wire/user.h"

#if defined(_WIN32)
#include <winsock2.h>

#include <windows.h>

#include "mex/wire/text.h"
#else
#include <pwd.h>
#include <unistd.h>
#endif

#include <cstddef>
#include <cstdlib>
#include <cwchar>
#include <string>
#include <vector>

namespace euphonic::wire {

#if defined(_WIN32)
namespace {

std::string utf8(const wchar_t* text) {
  const std::u16string units(text, text + std::wcslen(text));
  return utf8_from(units.data(), units.size());
}

}  // namespace

std::string home_of_user() {
  const wchar_t* profile = _wgetenv(L"USERPROFILE");
  return profile ? utf8(profile) : "";
}

std::string host_name() {
  // Windows does not tell the name before its sockets have been started, which may be done again
  static const bool started = [] {
    WSADATA facts{};
    return WSAStartup(MAKEWORD(2, 2), &facts) == 0;
  }();
  wchar_t name[256] = L"";
  if (started) GetHostNameW(name, sizeof name / sizeof name[0] - 1);
  return utf8(name);
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

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}
#endif

}  // namespace euphonic::wire
