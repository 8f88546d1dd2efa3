#include "mex/wire/private_file.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>

#include "windows/files.h"
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "mex/wire/failure.h"

namespace euphonic::wire {
namespace {

#if defined(_WIN32)
constexpr char kExpected[] = "a file of your own whose access list names no group of users";
#else
constexpr char kExpected[] = "a file of your own with mode 0600";
#endif

[[noreturn]] void unusable(const std::string& message, const std::string& path) {
  Failure failure("runtime_directory", message);
  failure.where = path;
  failure.expected = kExpected;
  failure.advice =
      "If a daemon has made it, remove it and restart the daemon; else let EUPHONIC_CONNECTION name another "
      "file";
  throw failure;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

#if defined(_WIN32)
windows::FileAccess access_of(HANDLE file, const std::string& path) {
  try {
    return windows::access_of(file);
  } catch (const std::system_error& error) {
    unusable(path + " cannot be read: " + error.what() + ".", path);
  }
}

File open_private(const std::string& path) {
  // a daemon may replace or remove it meanwhile
  const HANDLE opened = CreateFileW(windows::unlimited_path(path).c_str(), GENERIC_READ,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (opened == INVALID_HANDLE_VALUE) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) return nullptr;
    unusable(path + " cannot be read: error " + std::to_string(error) + " of Windows.", path);
  }
  windows::Handle handle(opened);
  BY_HANDLE_FILE_INFORMATION facts{};
  constexpr DWORD kIrregular = FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT;
  if (GetFileType(opened) != FILE_TYPE_DISK || !GetFileInformationByHandle(opened, &facts) ||
      (facts.dwFileAttributes & kIrregular) != 0)
    unusable(path + " is not a regular file.", path);
  const windows::FileAccess access = access_of(opened, path);
  if (!access.own) unusable(path + " belongs to another user.", path);
  if (access.others_read || access.others_write) unusable(path + " is open to other users.", path);
  const int descriptor = _open_osfhandle(reinterpret_cast<std::intptr_t>(opened), _O_RDONLY);
  if (descriptor < 0) unusable(path + " cannot be read.", path);
  handle.release();  // the descriptor's now
  File file(_fdopen(descriptor, "rb"));
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
