// Message headers as bytes and back, and the check of array frames against their
// descriptions. See PROTOCOL.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mex/wire/failure.h"
#include "mex/wire/value.h"

namespace euphonic::wire {

inline constexpr int kProtocolVersion = 1;

// Limits on what is accepted from a daemon.
inline constexpr std::size_t kMaxHeaderBytes = 1u << 20;
inline constexpr std::size_t kMaxHeaderDepth = 8;
inline constexpr std::size_t kMaxKeyBytes = 255;
inline constexpr std::size_t kMaxFrames = 16;
inline constexpr std::size_t kMaxDimensions = 8;

enum class DType { f8, i4, u1 };
std::size_t item_size(DType dtype);
const char* dtype_name(DType dtype);

struct FrameDescription {
  std::string name;
  DType dtype = DType::f8;
  std::vector<std::uint64_t> shape;

  // Product of shape times the item size; throws Failure(bad_message) when it does not fit.
  std::size_t bytes() const;
};

struct ResponseHeader {
  std::int64_t id = 0;
  Value result;                          // a map
  std::vector<FrameDescription> frames;  // in the order of the message
  std::optional<Failure> error;          // set: the daemon refused, result is nil

  // The daemon could not read a request well enough to know its id.
  bool concerns_all() const { return id < 0 && error; }
};

std::string encode_request(std::int64_t id, const std::string& method, const Value& params,
                           const std::vector<FrameDescription>& frames);

// Throws Failure(bad_message) for anything that is not a response header of this protocol version.
ResponseHeader decode_response(const void* data, std::size_t size);

// Throws Failure(bad_message) unless the message has exactly the described frames with exactly their sizes.
void check_frames(const ResponseHeader& response, const std::vector<std::size_t>& frame_bytes);

// Position of the named frame, if it has the given type and shape; throws Failure(bad_message) otherwise.
std::size_t find_frame(const ResponseHeader& response, const std::string& name, DType dtype,
                       const std::vector<std::uint64_t>& shape);

}  // namespace euphonic::wire
