#include "node/file_lock.h"

#include <cstddef>
#include <system_error>

#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace euphonic::node {

#ifdef _WIN32

bool lock_file_for_life(const std::string& path) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, path.c_str(), -1, wide.data(), length);
  // sharing nothing is the lock; the handle is never closed and is not inherited
  const HANDLE handle = CreateFileW(wide.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle != INVALID_HANDLE_VALUE) return true;
  const DWORD error = GetLastError();
  if (error == ERROR_SHARING_VIOLATION) return false;
  throw std::system_error(static_cast<int>(error), std::system_category(), path);
}

#else

namespace {

[[noreturn]] void fail(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), path);
}

}  // namespace

bool lock_file_for_life(const std::string& path) {
  for (;;) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) fail(errno, path);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      if (error == EINTR) continue;
      close(fd);
      if (error == EWOULDBLOCK) return false;
      fail(error, path);
    }
    // its last holder may have removed the file between open and flock: then the lock is on a file
    // without a name
    struct stat mine {
    }, named{};
    if (fstat(fd, &mine) == 0 && stat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
        mine.st_dev == named.st_dev) {
      return true;  // the descriptor stays open: that is the lock
    }
    close(fd);
  }
}

#endif

}  // namespace euphonic::node
