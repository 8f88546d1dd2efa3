#include <cerrno>
#include <string>
#include <system_error>

#include "node/file_lock.h"
#include "windows/files.h"

namespace euphonic::node {

namespace {

// How long a file that is being removed may be in the way.
constexpr int kRemovalTries = 50;
constexpr DWORD kRemovalPauseMs = 20;

[[noreturn]] void fail(DWORD error, const std::string& path) {
  throw std::system_error(static_cast<int>(error), std::system_category(), path);
}

}  // namespace

bool lock_file_for_life(const std::string& path) {
  const std::wstring name = windows::unlimited_path(path);
  for (int tries = 1;; ++tries) {
    // nobody else may open it for writing: that is the lock. The handle is never closed and is not inherited
    const HANDLE handle =
        CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
    if (handle != INVALID_HANDLE_VALUE) {
      BY_HANDLE_FILE_INFORMATION facts{};
      if (!GetFileInformationByHandle(handle, &facts)) fail(GetLastError(), path);
      if (facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) {
        CloseHandle(handle);
        throw std::system_error(ELOOP, std::generic_category(), path);
      }
      const std::string text = std::to_string(GetCurrentProcessId()) + "\n";
      DWORD written = 0;
      if (!SetEndOfFile(handle) ||
          !WriteFile(handle, text.data(), static_cast<DWORD>(text.size()), &written, nullptr))
        fail(GetLastError(), path);
      return true;
    }
    const DWORD error = GetLastError();
    if (error == ERROR_SHARING_VIOLATION) return false;
    // so says the system of a file that its last holder has removed and not yet closed
    if (error != ERROR_ACCESS_DENIED || tries == kRemovalTries) fail(error, path);
    Sleep(kRemovalPauseMs);
  }
}

}  // namespace euphonic::node
