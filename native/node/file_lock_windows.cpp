#include <windows.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "node/file_lock.h"

namespace euphonic::node {

namespace {

// How long a file that is being removed may be in the way.
constexpr int kRemovalTries = 50;
constexpr DWORD kRemovalPauseMs = 20;

[[noreturn]] void fail(DWORD error, const std::string& path) {
  throw std::system_error(static_cast<int>(error), std::system_category(), path);
}

std::wstring wide(const std::string& text) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, nullptr, 0);
  std::wstring units(static_cast<std::size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, units.data(), length);
  units.pop_back();
  return units;
}

// The form that may be longer than 260 characters; it takes no slashes.
std::wstring unlimited(const std::string& path) {
  std::wstring units = wide(path);
  for (wchar_t& unit : units)
    if (unit == L'/') unit = L'\\';
  if (units.size() < MAX_PATH || units.rfind(L"\\\\?\\", 0) == 0) return units;
  if (units.rfind(L"\\\\", 0) == 0) return L"\\\\?\\UNC" + units.substr(1);
  return L"\\\\?\\" + units;
}

}  // namespace

bool lock_file_for_life(const std::string& path) {
  const std::wstring name = unlimited(path);
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
