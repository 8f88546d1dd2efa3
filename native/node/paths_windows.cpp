#include "node/paths_windows.h"

#include <windows.h>

#include <cstddef>

namespace euphonic::node {

namespace {

std::wstring wide(const std::string& text) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, nullptr, 0);
  std::wstring units(static_cast<std::size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, units.data(), length);
  units.pop_back();
  return units;
}

}  // namespace

std::wstring unlimited_path(const std::string& utf8) {
  std::wstring units = wide(utf8);
  for (wchar_t& unit : units)
    if (unit == L'/') unit = L'\\';
  if (units.size() < MAX_PATH || units.rfind(L"\\\\?\\", 0) == 0) return units;
  if (units.rfind(L"\\\\", 0) == 0) return L"\\\\?\\UNC" + units.substr(1);
  return L"\\\\?\\" + units;
}

}  // namespace euphonic::node
