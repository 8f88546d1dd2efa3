#include <windows.h>

// after it
#include <aclapi.h>

#include <memory>
#include <system_error>

#include "node/file_access.h"
#include "node/paths_windows.h"

namespace euphonic::node {

namespace {

constexpr DWORD kRead = FILE_READ_DATA | GENERIC_READ | GENERIC_ALL;
// of a directory, FILE_WRITE_DATA and FILE_APPEND_DATA are to make files and folders in it
constexpr DWORD kWrite = FILE_WRITE_DATA | FILE_APPEND_DATA | FILE_DELETE_CHILD | DELETE | WRITE_DAC |
                         WRITE_OWNER | GENERIC_WRITE | GENERIC_ALL;

// Groups that users are in without being put there by anybody. Who else is named in an access list, backup's
// account say, was let in by an administrator, who can read everything anyway.
constexpr WELL_KNOWN_SID_TYPE kOthers[] = {
    WinWorldSid,       WinAuthenticatedUserSid, WinBuiltinUsersSid, WinBuiltinGuestsSid,
    WinInteractiveSid, WinNetworkSid,           WinAnonymousSid,
};
// The like of a domain, by their last number.
constexpr DWORD kDomainUsers = 513, kDomainGuests = 514;

struct LocalFreed {
  void operator()(void* memory) const { LocalFree(memory); }
};
struct Closed {
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};

bool is_others(PSID who) {
  for (const WELL_KNOWN_SID_TYPE kind : kOthers)
    if (IsWellKnownSid(who, kind)) return true;
  const DWORD last = *GetSidSubAuthority(who, static_cast<DWORD>(*GetSidSubAuthorityCount(who) - 1));
  // S-1-5-21-…: an account or a group of a domain or a computer
  const bool of_domain = *GetSidSubAuthorityCount(who) == 5 && *GetSidSubAuthority(who, 0) == 21;
  return of_domain && (last == kDomainUsers || last == kDomainGuests);
}

// Administrators own what their programs make, and they and the system may do everything anyway.
bool is_own(PSID owner) {
  if (IsWellKnownSid(owner, WinBuiltinAdministratorsSid) || IsWellKnownSid(owner, WinLocalSystemSid))
    return true;
  HANDLE opened = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &opened)) return false;
  const std::unique_ptr<void, Closed> token(opened);
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

// All rights that entries give to others; entries that deny may take some back, and are not asked.
DWORD rights_of_others(PACL list) {
  // without a list everybody may do everything
  if (!list) return GENERIC_ALL;
  DWORD rights = 0;
  for (DWORD k = 0; k < list->AceCount; ++k) {
    ACCESS_ALLOWED_ACE* entry = nullptr;
    if (!GetAce(list, k, reinterpret_cast<void**>(&entry))) continue;
    const bool gives = entry->Header.AceType == ACCESS_ALLOWED_ACE_TYPE;
    const bool here = (entry->Header.AceFlags & INHERIT_ONLY_ACE) == 0;
    if (gives && here && is_others(&entry->SidStart)) rights |= entry->Mask;
  }
  return rights;
}

}  // namespace

FileAccess file_access(const std::string& path) {
  const auto fail = [&](DWORD error) {
    throw std::system_error(static_cast<int>(error), std::system_category(), path);
  };
  const HANDLE opened = CreateFileW(
      unlimited_path(path).c_str(), READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
      nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (opened == INVALID_HANDLE_VALUE) fail(GetLastError());
  const std::unique_ptr<void, Closed> file(opened);
  PSID owner = nullptr;
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  const DWORD error =
      GetSecurityInfo(file.get(), SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                      &owner, nullptr, &list, nullptr, &descriptor);
  if (error != ERROR_SUCCESS) fail(error);
  const std::unique_ptr<void, LocalFreed> freed(descriptor);
  const DWORD rights = rights_of_others(list);
  return {is_own(owner), (rights & kRead) != 0, (rights & kWrite) != 0};
}

}  // namespace euphonic::node
