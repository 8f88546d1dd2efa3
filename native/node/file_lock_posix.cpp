#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "node/file_lock.h"

namespace euphonic::node {

namespace {

[[noreturn]] void fail(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), path);
}

// The descriptor stays open: that is the lock.
void write_pid(int fd, const std::string& path) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0) fail(errno, path);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) fail(errno, path);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
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
      write_pid(fd, path);
      return true;
    }
    close(fd);
  }
}

}  // namespace euphonic::node
