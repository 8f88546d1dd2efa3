// libFuzzer's target for what the MEX gateway reads from its socket: a message as a daemon, or what pretends
// to be one, may send it. Whatever comes is either read or refused with a Failure, in little memory. The
// input is a file of test/frames: the number of frames, then the length and the bytes of each (little-endian
// uint32), lengths cut where the input ends.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <msgpack.hpp>
#include <string>
#include <vector>

#include "mex/wire/codec.h"

namespace {

using namespace euphonic::wire;

constexpr std::size_t kMostParts = 20;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

  std::size_t number() {
    std::uint8_t b[4] = {};
    const std::size_t n = std::min<std::size_t>(left_, sizeof b);
    if (n > 0) std::memcpy(b, data_, n);
    skip(n);
    return b[0] | b[1] << 8 | b[2] << 16 | static_cast<std::size_t>(b[3]) << 24;
  }

  // A copy in memory of its own, so that the address sanitizer sees each byte that is read behind its end.
  std::vector<std::uint8_t> part() {
    const std::size_t size = std::min(number(), left_);
    std::vector<std::uint8_t> bytes(data_, data_ + size);
    skip(size);
    return bytes;
  }

 private:
  void skip(std::size_t n) {
    data_ += n;
    left_ -= n;
  }

  const std::uint8_t* data_;
  std::size_t left_;
};

void require(bool condition) {
  if (!condition) std::abort();
}

// What was read can be written, and is msgpack again with the same result.
void write_again(const ResponseHeader& response) {
  const std::string bytes = encode_request(response.id, "again", response.result, response.frames);
  const msgpack::object_handle handle = msgpack::unpack(bytes.data(), bytes.size());
  require(handle.get().type == msgpack::type::MAP);
}

void read(const std::vector<std::uint8_t>& header, const std::vector<std::size_t>& sizes) {
  const ResponseHeader response = decode_response(header.data(), header.size());
  require(response.error ? response.frames.empty() : response.result.map() != nullptr);
  if (response.error) require(!response.error->code.empty() && !response.error->message.empty());
  check_frames(response, sizes);
  require(response.frames.size() == sizes.size() && sizes.size() <= kMaxFrames);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const FrameDescription& frame = response.frames[i];
    require(frame.bytes() == sizes[i]);
    require(find_frame(response, frame.name, frame.dtype, frame.shape) <= i);
  }
  write_again(response);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::size_t parts = std::clamp<std::size_t>(input.number() % (kMostParts + 1), 1, kMostParts);
  const std::vector<std::uint8_t> header = input.part();
  std::vector<std::size_t> sizes;
  for (std::size_t i = 1; i < parts; ++i) sizes.push_back(input.part().size());
  try {
    read(header, sizes);
  } catch (const Failure& failure) {
    require(!failure.code.empty());
  }
  return 0;
}
