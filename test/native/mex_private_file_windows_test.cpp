// Which connection files the MEX gateway trusts, by owner and access list: as the daemon does.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "mex/wire/failure.h"
#include "mex/wire/private_file.h"
#include "support/catch.h"
#include "support/folder.h"
#include "windows/files.h"

using namespace euphonic;

namespace {

// One that lies in memory: an access list with one entry.
class Entry {
 public:
  explicit Entry(PSID who, DWORD rights, DWORD flags = 0, bool denies = false) {
    REQUIRE(InitializeAcl(list(), sizeof bytes_, ACL_REVISION));
    const auto add = denies ? &AddAccessDeniedAceEx : &AddAccessAllowedAceEx;
    REQUIRE(add(list(), ACL_REVISION, flags, rights, who));
  }
  PACL list() { return reinterpret_cast<PACL>(bytes_); }

 private:
  alignas(ACL) char bytes_[256];
};

struct Known {
  explicit Known(WELL_KNOWN_SID_TYPE kind) {
    DWORD size = sizeof bytes;
    REQUIRE(CreateWellKnownSid(kind, nullptr, bytes, &size));
  }
  operator PSID() { return bytes; }
  alignas(SID) char bytes[SECURITY_MAX_SID_SIZE];
};

// A member of the domain S-1-5-21-1-2-3, by its last number.
struct OfDomain {
  explicit OfDomain(DWORD last) {
    SID_IDENTIFIER_AUTHORITY authority = SECURITY_NT_AUTHORITY;
    REQUIRE(InitializeSid(bytes, &authority, 5));
    const DWORD numbers[] = {21, 1, 2, 3, last};
    for (DWORD k = 0; k < 5; ++k) *GetSidSubAuthority(bytes, k) = numbers[k];
  }
  operator PSID() { return bytes; }
  alignas(SID) char bytes[SECURITY_MAX_SID_SIZE];
};

std::string refusal_of(const std::string& path) {
  try {
    wire::read_private_file(path);
  } catch (const wire::Failure& failure) {
    return failure.code + " " + failure.message;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("Rights that everybody has are found in an access list", "[mex]") {
  for (const auto kind : {WinWorldSid, WinAuthenticatedUserSid, WinBuiltinUsersSid, WinBuiltinGuestsSid,
                          WinInteractiveSid, WinNetworkSid, WinAnonymousSid}) {
    Known who(kind);
    CHECK(windows::rights_of_others(Entry(who, FILE_READ_DATA).list()) == FILE_READ_DATA);
    CHECK(windows::rights_of_others(Entry(who, FILE_READ_DATA, INHERIT_ONLY_ACE).list()) == 0);
    CHECK(windows::rights_of_others(Entry(who, FILE_READ_DATA, 0, true).list()) == 0);
  }
  constexpr DWORD kUsers = 513, kGuests = 514, kSomebody = 1001;
  for (const DWORD last : {kUsers, kGuests})
    CHECK(windows::rights_of_others(Entry(OfDomain(last), GENERIC_WRITE).list()) == GENERIC_WRITE);
  CHECK(windows::rights_of_others(Entry(OfDomain(kSomebody), GENERIC_ALL).list()) == 0);
  CHECK(windows::rights_of_others(Entry(Known(WinBuiltinAdministratorsSid), GENERIC_ALL).list()) == 0);
  CHECK(windows::rights_of_others(Entry(Known(WinLocalSystemSid), GENERIC_ALL).list()) == 0);
  CHECK(windows::rights_of_others(nullptr) == GENERIC_ALL);
}

TEST_CASE("Owners that are this user", "[mex]") {
  CHECK(windows::is_own(Known(WinBuiltinAdministratorsSid)));
  CHECK(windows::is_own(Known(WinLocalSystemSid)));
  CHECK_FALSE(windows::is_own(Known(WinWorldSid)));
  CHECK_FALSE(windows::is_own(OfDomain(4321)));
  const Folder folder;
  CHECK(windows::file_access(folder.path).own);
}

TEST_CASE("Only a file that is closed to others is trusted", "[mex]") {
  const Folder folder;
  const std::filesystem::path file = folder.place / "connection.json";
  std::ofstream(file) << "{\"protocol\": 1}";
  CHECK(wire::read_private_file(file.u8string()) == "{\"protocol\": 1}");

  const windows::FileAccess closed = windows::file_access(file.u8string());
  CHECK((closed.own && !closed.others_read && !closed.others_write));
  for (const DWORD rights : {FILE_GENERIC_READ, FILE_GENERIC_WRITE | FILE_GENERIC_READ}) {
    std::wstring name = file.wstring();
    Entry open(Known(WinWorldSid), rights);
    REQUIRE(SetNamedSecurityInfoW(name.data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr,
                                  open.list(), nullptr) == ERROR_SUCCESS);
    CHECK(refusal_of(file.u8string()).find("runtime_directory") == 0);
    CHECK(refusal_of(file.u8string()).find("is open to other users") != std::string::npos);
    CHECK(windows::file_access(file.u8string()).others_write == ((rights & FILE_WRITE_DATA) != 0));
  }
}
