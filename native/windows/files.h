// Files of Windows, for addon and gateway: their names, and who may do what with them, where access lists
// take the place of mode bits. All of it is in this header, so that a MEX file is compiled of the sources of
// native/mex alone.
#pragma once

#include <windows.h>

// after it
#include <aclapi.h>

#include <memory>
#include <string>
#include <system_error>

namespace euphonic::windows {

struct HandleClosed {
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<void, HandleClosed>;

// A path of UTF-8 as UTF-16, in the form that may be longer than 260 characters; it takes no slashes.
inline std::wstring unlimited_path(const std::string& utf8) {
  const int bytes = static_cast<int>(utf8.size());
  std::wstring units(utf8.size(), L'\0');  // UTF-8 has no fewer of them
  units.resize(
      static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), bytes, units.data(), bytes)));
  for (wchar_t& unit : units)
    if (unit == L'/') unit = L'\\';
  if (units.size() < MAX_PATH || units.rfind(L"\\\\?\\", 0) == 0) return units;
  if (units.rfind(L"\\\\", 0) == 0) return L"\\\\?\\UNC" + units.substr(1);
  return L"\\\\?\\" + units;
}

// Whether an owner is this user, or whom new files of this user belong to. Administrators own what their
// programs make, and they and the system may do everything anyway.
inline bool is_own(PSID owner) {
  if (IsWellKnownSid(owner, WinBuiltinAdministratorsSid) || IsWellKnownSid(owner, WinLocalSystemSid))
    return true;
  HANDLE opened = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &opened)) return false;
  const Handle token(opened);
  for (const TOKEN_INFORMATION_CLASS kind : {TokenUser, TokenOwner}) {
    // both structures begin with the pointer to the identifier
    alignas(TOKEN_USER) char facts[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    DWORD bytes = 0;
    if (GetTokenInformation(token.get(), kind, facts, sizeof facts, &bytes) &&
        EqualSid(*reinterpret_cast<PSID*>(facts), owner))
      return true;
  }
  return false;
}

// Groups that users are in without being put there by anybody. Who else is named in an access list, backup's
// account say, was let in by an administrator, who can read everything anyway.
inline bool is_everybody(PSID who) {
  for (const WELL_KNOWN_SID_TYPE kind :
       {WinWorldSid, WinAuthenticatedUserSid, WinBuiltinUsersSid, WinBuiltinGuestsSid, WinInteractiveSid,
        WinNetworkSid, WinAnonymousSid})
    if (IsWellKnownSid(who, kind)) return true;
  // the like of a domain, by their last number
  constexpr DWORD kDomainUsers = 513, kDomainGuests = 514;
  const DWORD last = *GetSidSubAuthority(who, static_cast<DWORD>(*GetSidSubAuthorityCount(who) - 1));
  // S-1-5-21-…: an account or a group of a domain or a computer
  const bool of_domain = *GetSidSubAuthorityCount(who) == 5 && *GetSidSubAuthority(who, 0) == 21;
  return of_domain && (last == kDomainUsers || last == kDomainGuests);
}

// All rights that entries give to others; entries that deny may take some back, and are not asked.
inline DWORD rights_of_others(PACL list) {
  // without a list everybody may do everything
  if (!list) return GENERIC_ALL;
  DWORD rights = 0;
  for (DWORD k = 0; k < list->AceCount; ++k) {
    ACCESS_ALLOWED_ACE* entry = nullptr;
    if (!GetAce(list, k, reinterpret_cast<void**>(&entry))) continue;
    const bool gives = entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE;
    const bool here = (entry->Header.AceFlags & INHERIT_ONLY_ACE) == 0;
    if (gives && here && is_everybody(&entry->SidStart)) rights |= entry->Mask;
  }
  return rights;
}

struct FileAccess {
  // whether it belongs to this user
  bool own;
  // whether everybody, or every user of the computer or the domain, may read it or write to it
  bool others_read, others_write;
};

// Of a file or directory that is open with READ_CONTROL. Throws std::system_error when the system does.
inline FileAccess access_of(HANDLE file) {
  constexpr DWORD kRead = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;
  // of a directory, FILE_WRITE_DATA and FILE_APPEND_DATA are to make files and folders in it
  constexpr DWORD kWrite = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE_CHILD | DELETE | WRITE_DAC |
                           WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;
  PSID owner = nullptr;
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD error =
      GetSecurityInfo(file, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner,
                      nullptr, &list, nullptr, &descriptor);
  if (error != ERROR_SUCCESS)
    throw std::system_error(static_cast<int>(error), std::system_category(), "access list");
  const std::unique_ptr<void, decltype(&LocalFree)> freed(descriptor, &LocalFree);
  const DWORD rights = rights_of_others(list);
  return {is_own(owner), (rights & kRead) != 0, (rights & kWrite) != 0};
}

// Of what has a name; a link is not followed.
inline FileAccess file_access(const std::string& path) {
  const HANDLE opened = CreateFileW(
      unlimited_path(path).c_str(), READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
      nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (opened == INVALID_HANDLE_VALUE)
    throw std::system_error(static_cast<int>(GetLastError()), std::system_category(), path);
  return access_of(Handle(opened).get());
}

}  // namespace euphonic::windows
