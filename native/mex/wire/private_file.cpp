#include "mex/wire/private_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#if !defined(_WIN32)
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
      "Remove it and restart the daemon, or let EUPHONIC_CONNECTION name a file in another folder";
  throw failure;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

#if defined(_WIN32)
// Windows keeps a user's folders closed to others by itself.
File open_private(const std::string& path) {
  const std::u16string units = utf16_from(path);
  return File(_wfopen(std::wstring(units.begin(), units.end()).c_str(), L"rb"));
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
