// Which connection files the MEX gateway trusts, by owner and mode bits.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "mex/wire/failure.h"
#include "mex/wire/private_file.h"
#include "support/catch.h"
#include "support/folder.h"

using namespace euphonic::wire;

namespace {

std::string refusal_of(const std::string& path) {
  try {
    read_private_file(path);
  } catch (const Failure& failure) {
    return failure.code + " " + failure.message;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("Only a private regular file is trusted", "[mex]") {
  const Folder folder;
  const std::string file = folder.path + "/connection.json";
  CHECK_FALSE(read_private_file(file));
  CHECK_FALSE(read_private_file(file + "/below"));
  std::ofstream(file) << "{\"protocol\": 1}";
  chmod(file.c_str(), 0600);
  CHECK(read_private_file(file) == "{\"protocol\": 1}");
  CHECK_FALSE(read_private_file(file + "/below"));

  for (const mode_t mode : {0640, 0604, 0620, 0602}) {
    chmod(file.c_str(), mode);
    CHECK(refusal_of(file).find("runtime_directory") == 0);
    CHECK(refusal_of(file).find("open to other users") != std::string::npos);
  }
  chmod(file.c_str(), 0600);
  const std::string link = folder.path + "/link.json";
  REQUIRE(symlink(file.c_str(), link.c_str()) == 0);
  CHECK(refusal_of(link).find("symbolic link") != std::string::npos);
  CHECK(refusal_of(folder.path).find("not a regular file") != std::string::npos);
  const std::string pipe = folder.path + "/pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(refusal_of(pipe).find("not a regular file") != std::string::npos);
}

TEST_CASE("A file of another user is not trusted", "[mex]") {
  if (geteuid() != 0) {
    std::puts("SKIPPED: only root can make a file of another user");
    return;
  }
  const Folder folder;
  const std::string file = folder.path + "/connection.json";
  std::ofstream(file) << "{}";
  chmod(file.c_str(), 0600);
  REQUIRE(chown(file.c_str(), 65534, 65534) == 0);
  CHECK(refusal_of(file).find("belongs to user 65534") != std::string::npos);
}
