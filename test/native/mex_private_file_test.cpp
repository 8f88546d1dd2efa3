// Connection files that the MEX gateway reads, on every system.
#include <filesystem>
#include <fstream>
#include <string>

#include "mex/wire/failure.h"
#include "mex/wire/private_file.h"
#include "support/catch.h"
#include "support/folder.h"

using namespace euphonic::wire;

namespace {

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path) << content;
  constexpr auto kOwn = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(path, kOwn);
}

}  // namespace

TEST_CASE("A connection file is read wherever it lies", "[mex]") {
  const Folder folder;
  CHECK_FALSE(read_private_file((folder.place / "connection.json").u8string()));
  CHECK_FALSE(read_private_file((folder.place / "none" / "connection.json").u8string()));

  // a name beyond any code page, and a path longer than 260 characters
  std::filesystem::path deep = folder.place / std::filesystem::u8path("J\xc3\xb6rg \xe5\x8e\x9f\xe5\xad\x90");
  const std::string long_name(120, 'x');
  for (const auto& place : {deep, deep / long_name, deep / long_name / long_name}) {
#if defined(_WIN32)
    std::filesystem::create_directories(L"\\\\?\\" + place.wstring());
    const std::filesystem::path file = L"\\\\?\\" + (place / "connection.json").wstring();
#else
    std::filesystem::create_directories(place);
    const std::filesystem::path file = place / "connection.json";
#endif
    write(file, "{\"protocol\": 1}");
    CHECK(read_private_file((place / "connection.json").u8string()) == "{\"protocol\": 1}");
  }

  const std::filesystem::path large = folder.place / "large.json";
  write(large, std::string(kMaxPrivateFileBytes + 5, ' '));
  CHECK(read_private_file(large.u8string())->size() == kMaxPrivateFileBytes);
}

TEST_CASE("A folder is no connection file", "[mex]") {
  const Folder folder;
  try {
    read_private_file(folder.path);
    FAIL("accepted");
  } catch (const Failure& failure) {
    CHECK(failure.code == "runtime_directory");
  }
}
