#include "mex/wire/private_file.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#if defined(_WIN32)
#include <windows.h>

// after it
#include <aclapi.h>
#include <fcntl.h>
#include <io.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "mex/wire/failure.h"
#include "mex/wire/text.h"

namespace euphonic::wire {
namespace {

[[noreturn]] void unusable(const std::string& message, const std::string& path) {
  Failure failure("runtime_directory", message);
  failure.where = path;
  failure.expected = "a file of your own with mode 0600";
  failure.advice =
      "If a daemon has made it, remove it and restart the daemon; else let EUPHONIC_CONNECTION name another file";
  throw failure;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

#if defined(_WIN32)
// The form of a path that may be longer than 260 characters; it takes no slashes.
std::wstring unlimited(const std::string& path) {
  const std::u16string text = utf16_from(path);
  std::wstring units(text.begin(), text.end());
  for (wchar_t& unit : units)
    if (unit == L'/') unit = L'\\';
  if (units.size() < MAX_PATH || units.rfind(L"\\\\?\\", 0) == 0) return units;
  if (units.rfind(L"\\\\", 0) == 0) return L"\\\\?\\UNC" + units.substr(1);
  return L"\\\\?\\" + units;
}

struct LocalFreed {
  void operator()(void* memory) const { LocalFree(memory); }
};

// Whether the file belongs to this user, or to administrators or the system: they may do everything anyway,
// and what an administrator's programs make is theirs.
bool is_own(HANDLE file) {
  PSID owner = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION, &owner, nullptr, nullptr, nullptr,
                      &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  const std::unique_ptr<void, LocalFreed> freed(descriptor);
  if (IsWellKnownSid(owner, WinBuiltinAdministratorsSid) || IsWellKnownSid(owner, WinLocalSystemSid))
    return true;
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return false;
  bool own = false;
  for (const TOKEN_INFORMATION_CLASS kind : {TokenUser, TokenOwner}) {
    // both structures begin with the pointer to the identifier
    alignas(TOKEN_USER) char facts[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD bytes = 0;
    own = own || (GetTokenInformation(token, kind, facts, sizeof facts, &bytes) &&
                  EqualSid(*reinterpret_cast<PSID*>(facts), owner));
  }
  CloseHandle(token);
  return own;
}

// Windows keeps a user's folders closed to others by itself; a file of somebody else may say anything.
File open_private(const std::string& path) {
  // a daemon may replace or remove it meanwhile
  const HANDLE handle = CreateFileW(unlimited(path).c_str(), GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return nullptr;
    unusable(path + " cannot be read: error " + std::to_string(error) + " of Windows.", path);
  }
  BY_HANDLE_FILE_INFORMATION facts{};
  constexpr DWORD kOthers = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
  const bool regular = GetFileType(handle) == FILE_TYPE_DISK && GetFileInformationByHandle(handle, &facts) &&
                       (facts.dwFileAttributes & kOthers) == 0;
  const bool own = regular && is_own(handle);
  File file(own ? _fdopen(_open_osfhandle(reinterpret_cast<std::intptr_t>(handle), _O_RDONLY), "rb")
                : nullptr);
  if (!file) CloseHandle(handle);
  if (!regular) unusable(path + " is not a regular file.", path);
  if (!own) unusable(path + " belongs to another user.", path);
  if (!file) unusable(path + " cannot be read.", path);
  return file;
}
#else
File open_private(const std::string& path) {
  // not to wait for the other end of a pipe that somebody put there
  const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return nullptr;
    if (errno == ELOOP) unusable(path + " is a symbolic link.", path);
    unusable(path + " cannot be read: " + std::strerror(errno) + ".", path);
  }
  File file(fdopen(descriptor, "rb"));
  struct stat facts {};
  if (!file || fstat(descriptor, &facts) != 0) unusable(path + " cannot be read.", path);
  if (!S_ISREG(facts.st_mode)) unusable(path + " is not a regular file.", path);
  if (facts.st_uid != geteuid()) {
    unusable(path + " belongs to user " + std::to_string(facts.st_uid) + ", not to " +
                 std::to_string(geteuid()) + ".",
             path);
  }
  if (facts.st_mode & 077) unusable(path + " is open to other users.", path);
  return file;
}
#endif

}  // namespace

std::optional<std::string> read_private_file(const std::string& path) {
  const File file = open_private(path);
  if (!file) return std::nullopt;
  std::string content(kMaxPrivateFileBytes, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  return content;
}

}  // namespace euphonic::wire
