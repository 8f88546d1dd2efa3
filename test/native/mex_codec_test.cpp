// Message headers as the MEX gateway writes and reads them.
#include <cstdint>
#include <fstream>
#include <limits>
#include <msgpack.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "mex/wire/codec.h"
#include "support/catch.h"

using namespace euphonic::wire;

namespace {

using Packer = msgpack::packer<msgpack::sbuffer>;

template <typename Write>
std::string bytes_of(Write write) {
  msgpack::sbuffer buffer;
  Packer packer(buffer);
  write(packer);
  return {buffer.data(), buffer.size()};
}

ResponseHeader decode(const std::string& bytes) { return decode_response(bytes.data(), bytes.size()); }

std::string failure_code_of(const std::string& bytes) {
  try {
    decode(bytes);
  } catch (const Failure& failure) {
    return failure.code;
  }
  return "accepted";
}

// A response header whose `frames` has one description.
std::string with_frame(const std::string& name, const std::string& dtype,
                       const std::vector<std::int64_t>& shape, const std::string& order) {
  return bytes_of([&](Packer& p) {
    p.pack_map(4).pack("v").pack(1).pack("id").pack(7).pack("result").pack_map(0).pack("frames").pack_array(
        1);
    p.pack_map(4).pack("name").pack(name).pack("dtype").pack(dtype).pack("shape").pack(shape);
    p.pack("order").pack(order);
  });
}

// A corpus file: the number of frames, then the length and the bytes of each; numbers
// are little-endian uint32.
std::vector<std::string> parts_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  const auto number = [&file] {
    unsigned char b[4] = {};
    file.read(reinterpret_cast<char*>(b), 4);
    return b[0] | b[1] << 8 | b[2] << 16 | static_cast<std::uint32_t>(b[3]) << 24;
  };
  std::vector<std::string> parts(number());
  for (std::string& part : parts) {
    part.resize(number());
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
  }
  return parts;
}

std::string verdict_on(const std::vector<std::string>& parts) {
  try {
    const ResponseHeader response = decode(parts.at(0));
    std::vector<std::size_t> sizes;
    for (std::size_t i = 1; i < parts.size(); ++i) sizes.push_back(parts[i].size());
    check_frames(response, sizes);
  } catch (const Failure& failure) {
    return failure.code;
  }
  return "accept";
}

}  // namespace

TEST_CASE("A request header holds what PROTOCOL.md names", "[mex]") {
  const Value params =
      Value::Map{{"model", "abc"},
                 {"temperature", 300},
                 {"dipole_parameter", 0.75},
                 {"asr", Value()},
                 {"bose", true},
                 {"scattering_lengths", Value::Map{{"Si", 4.1491}, {"B", Value::Array{5.3, -0.213}}}}};
  const std::string bytes = encode_request(12, "job.open", params, {{"debye_waller", DType::f8, {9, 3, 3}}});
  const msgpack::object_handle handle = msgpack::unpack(bytes.data(), bytes.size());
  std::stringstream text;
  text << handle.get();
  CHECK(
      text.str() ==
      R"({"v":1,"id":12,"method":"job.open","params":{"model":"abc","temperature":300,"dipole_parameter":0.75,)"
      R"("asr":null,"bose":true,"scattering_lengths":{"Si":4.1491,"B":[5.3,-0.213]}},)"
      R"("frames":[{"name":"debye_waller","dtype":"<f8","shape":[9,3,3],"order":"C"}]})");
}

TEST_CASE("A request without frames has no list of them", "[mex]") {
  const std::string bytes = encode_request(0, "ping", Value::Map{}, {});
  const msgpack::object_handle handle = msgpack::unpack(bytes.data(), bytes.size());
  CHECK(handle.get().via.map.size == 4);
}

TEST_CASE("A result is read with its frames", "[mex]") {
  const std::string bytes = bytes_of([](Packer& p) {
    p.pack_map(4).pack("v").pack(1).pack("id").pack(7).pack("result").pack_map(3);
    p.pack("job").pack("j1").pack("kernel_seconds").pack(0.5).pack("offset").pack(std::uint64_t{1} << 40);
    p.pack("frames").pack_array(2);
    p.pack_map(4).pack("name").pack("frequencies").pack("dtype").pack("<f8").pack("shape");
    p.pack(std::vector<int>{27, 100}).pack("order").pack("C");
    p.pack_map(4).pack("name").pack("flags").pack("dtype").pack("|u1").pack("shape");
    p.pack(std::vector<int>{}).pack("order").pack("C");
  });
  const ResponseHeader response = decode(bytes);
  CHECK(response.id == 7);
  CHECK_FALSE(response.error);
  CHECK(*response.result.find("job")->text() == "j1");
  CHECK(response.result.find("kernel_seconds")->number() == 0.5);
  CHECK(*response.result.find("offset")->integer() == std::int64_t{1} << 40);
  CHECK(response.result.find("nothing") == nullptr);
  REQUIRE(response.frames.size() == 2);
  CHECK(response.frames[0].bytes() == 27 * 100 * 8);
  CHECK(response.frames[1].bytes() == 1);
  CHECK(find_frame(response, "frequencies", DType::f8, {27, 100}) == 0);
  CHECK_THROWS_AS(find_frame(response, "frequencies", DType::f8, {100, 27}), Failure);
  CHECK_THROWS_AS(find_frame(response, "frequencies", DType::i4, {27, 100}), Failure);
  CHECK_THROWS_AS(find_frame(response, "eigenvectors", DType::f8, {27, 100}), Failure);
  CHECK_NOTHROW(check_frames(response, {27 * 100 * 8, 1}));
  CHECK_THROWS_AS(check_frames(response, {27 * 100 * 8 - 1, 1}), Failure);
  CHECK_THROWS_AS(check_frames(response, {27 * 100 * 8}), Failure);
  CHECK_THROWS_AS(check_frames(response, {27 * 100 * 8, 1, 1}), Failure);
}

TEST_CASE("A refusal is read with all that the daemon says", "[mex]") {
  const ResponseHeader response = decode(bytes_of([](Packer& p) {
    p.pack_map(3).pack("v").pack(1).pack("id").pack(-1).pack("error").pack_map(4);
    p.pack("code").pack("file_damaged").pack("message").pack("The file ends early.");
    p.pack("where").pack("record 12").pack("advice").pack("Copy it again");
  }));
  REQUIRE(response.error);
  CHECK(response.concerns_all());
  CHECK(response.error->code == "file_damaged");
  CHECK(response.error->message == "The file ends early.");
  CHECK(response.error->where == "record 12");
  CHECK(response.error->expected.empty());
  CHECK(response.error->advice == "Copy it again");
}

TEST_CASE("Another protocol version is named as such", "[mex]") {
  const auto version = [](int v) {
    return bytes_of(
        [v](Packer& p) { p.pack_map(3).pack("v").pack(v).pack("id").pack(1).pack("result").pack_map(0); });
  };
  CHECK(failure_code_of(version(1)) == "accepted");
  CHECK(failure_code_of(version(0)) == "protocol_version");
  CHECK(failure_code_of(version(2)) == "protocol_version");
}

TEST_CASE("What is no response header is refused", "[mex]") {
  const auto refused = [](const std::string& bytes) {
    return failure_code_of(bytes) == failure_code::kBadMessage;
  };
  CHECK(refused(""));
  CHECK(refused("\xc1"));
  CHECK(refused(bytes_of([](Packer& p) { p.pack(3); })));
  CHECK(refused(bytes_of([](Packer& p) { p.pack_map(1).pack(1).pack(1); })));
  CHECK(refused(bytes_of([](Packer& p) { p.pack_map(2).pack("id").pack(1).pack("result").pack_map(0); })));
  CHECK(refused(bytes_of([](Packer& p) { p.pack_map(2).pack("v").pack(1).pack("result").pack_map(0); })));
  CHECK(refused(bytes_of([](Packer& p) { p.pack_map(2).pack("v").pack(1).pack("id").pack(1); })));
  CHECK(refused(bytes_of([](Packer& p) {
    p.pack_map(3).pack("v").pack(1).pack("id").pack(1).pack("error").pack_map(1).pack("code").pack("x");
  })));
  CHECK(refused(bytes_of([](Packer& p) {
    p.pack_map(3).pack("v").pack(1).pack("id").pack(std::numeric_limits<std::uint64_t>::max());
    p.pack("result").pack_map(0);
  })));
  CHECK(refused(bytes_of([](Packer& p) {
    p.pack_map(3).pack("v").pack(1).pack("id").pack(1).pack("result").pack_map(1).pack("x").pack_bin(1);
    p.pack_bin_body("a", 1);
  })));
  CHECK(refused(bytes_of([](Packer& p) {
    p.pack_map(3).pack("v").pack(1).pack("id").pack(1).pack("result").pack_map(0).pack_nil();
  })));
  CHECK(refused(bytes_of([](Packer& p) {
    for (int depth = 0; depth < 100000; ++depth) p.pack_array(1);
    p.pack_nil();
  })));
  CHECK(refused("\xdf\xff\xff\xff\xff"));  // a map that claims 2^32 - 1 members
  CHECK(refused(std::string(kMaxHeaderBytes + 1, '\xc0')));
}

TEST_CASE("Unusable frame descriptions are refused", "[mex]") {
  CHECK(failure_code_of(with_frame("a", "<f8", {2, 3}, "C")) == "accepted");
  for (const std::string& bytes :
       {with_frame("", "<f8", {2}, "C"), with_frame("a", ">f8", {2}, "C"), with_frame("a", "<f8", {-1}, "C"),
        with_frame("a", "<f8", {2}, "F"), with_frame("a", "<f8", {1, 1, 1, 1, 1, 1, 1, 1, 1}, "C")}) {
    CHECK(failure_code_of(bytes) == failure_code::kBadMessage);
  }
  const std::int64_t big = std::int64_t{1} << 40;
  CHECK_THROWS_AS(decode(with_frame("a", "<f8", {big, big}, "C")).frames[0].bytes(), Failure);
  CHECK(decode(with_frame("a", "<f8", {big, big, 0}, "C")).frames[0].bytes() == 0);
}

TEST_CASE("The corpus of responses is accepted and refused as its list says", "[mex]") {
  const std::string folder = std::string(EUPHONIC_SOURCE_DIR) + "/test/frames/";
  std::ifstream list(folder + "index.tsv");
  REQUIRE(list);
  std::string line;
  int messages = 0;
  while (std::getline(list, line)) {
    std::istringstream columns(line);
    std::string file, kind, verdict;
    std::getline(columns, file, '\t');
    std::getline(columns, kind, '\t');
    std::getline(columns, verdict, '\t');
    if (kind != "response") continue;
    INFO(file);
    CHECK(verdict_on(parts_of(folder + file)) ==
          (verdict == "bad_message" ? failure_code::kBadMessage : verdict));
    ++messages;
  }
  CHECK(messages >= 20);
}

TEST_CASE("Mutated headers are read or refused, nothing else", "[mex]") {
  const std::string good = with_frame("frequencies", "<f8", {27, 100}, "C");
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    std::string bytes = good;
    for (unsigned k = 0; k <= random() % 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    try {
      const ResponseHeader response = decode(bytes);
      for (const FrameDescription& frame : response.frames) frame.bytes();
    } catch (const Failure&) {
      ++refused;
    }
  }
  CHECK(refused > 10000);
}
