#include "mex/wire/codec.h"

#include <limits>
#include <msgpack.hpp>
#include <set>
#include <string_view>

namespace euphonic::wire {
namespace {

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;

[[noreturn]] void bad_message(const std::string& what) {
  Failure failure(failure_code::kBadMessage, "The daemon's response breaks the protocol: " + what + ".");
  failure.advice = "Restart the daemon with euphonic.restart; if that does not help, its version differs";
  throw failure;
}

void pack(msgpack::packer<msgpack::sbuffer>& packer, const Value& value) {
  if (const bool* b = value.boolean()) {
    packer.pack(*b);
  } else if (const std::int64_t* i = value.integer()) {
    packer.pack(*i);
  } else if (const double* r = value.real()) {
    packer.pack(*r);
  } else if (const std::string* text = value.text()) {
    packer.pack(*text);
  } else if (const Value::Array* items = value.array()) {
    packer.pack_array(static_cast<std::uint32_t>(items->size()));
    for (const Value& item : *items) pack(packer, item);
  } else if (const Value::Map* members = value.map()) {
    packer.pack_map(static_cast<std::uint32_t>(members->size()));
    for (const Member& member : *members) {
      packer.pack(member.key);
      pack(packer, member.value);
    }
  } else {
    packer.pack_nil();
  }
}

Value describe(const FrameDescription& frame) {
  Value::Array shape;
  for (std::uint64_t extent : frame.shape) shape.emplace_back(static_cast<std::int64_t>(extent));
  return Value::Map{
      {"name", frame.name}, {"dtype", dtype_name(frame.dtype)}, {"shape", std::move(shape)}, {"order", "C"}};
}

bool has_repeated_key(const Value::Map& members) {
  std::set<std::string_view> keys;
  for (const Member& member : members) {
    if (!keys.insert(member.key).second) return true;
  }
  return false;
}

Value unpack(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::NIL:
      return {};
    case msgpack::type::BOOLEAN:
      return object.via.boolean;
    case msgpack::type::POSITIVE_INTEGER:
      if (object.via.u64 > static_cast<std::uint64_t>(kMaxInteger)) bad_message("an integer over 53 bits");
      return static_cast<std::int64_t>(object.via.u64);
    case msgpack::type::NEGATIVE_INTEGER:
      if (object.via.i64 < -kMaxInteger) bad_message("an integer over 53 bits");
      return std::int64_t{object.via.i64};
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64:
      return object.via.f64;
    case msgpack::type::STR:
      return std::string(object.via.str.ptr, object.via.str.size);
    case msgpack::type::ARRAY: {
      Value::Array items;
      items.reserve(object.via.array.size);
      for (std::uint32_t i = 0; i < object.via.array.size; ++i)
        items.push_back(unpack(object.via.array.ptr[i]));
      return items;
    }
    case msgpack::type::MAP: {
      Value::Map members;
      members.reserve(object.via.map.size);
      for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
        const msgpack::object_kv& pair = object.via.map.ptr[i];
        if (pair.key.type != msgpack::type::STR) bad_message("a map with a key that is not a string");
        if (pair.key.via.str.size > kMaxKeyBytes) bad_message("a map with a key that is too long");
        members.push_back({std::string(pair.key.via.str.ptr, pair.key.via.str.size), unpack(pair.val)});
      }
      if (has_repeated_key(members)) bad_message("a map with a key that occurs twice");
      return members;
    }
    default:
      bad_message("a binary or extension value in the header");
  }
}

std::string text_member(const Value& map, const char* key) {
  const Value* member = map.find(key);
  return member && member->text() ? *member->text() : std::string();
}

FrameDescription frame_description(const Value& value) {
  FrameDescription frame;
  frame.name = text_member(value, "name");
  if (frame.name.empty()) bad_message("a frame without a name");
  const std::string dtype = text_member(value, "dtype");
  if (dtype == "<f8") {
    frame.dtype = DType::f8;
  } else if (dtype == "<i4") {
    frame.dtype = DType::i4;
  } else if (dtype == "|u1") {
    frame.dtype = DType::u1;
  } else {
    bad_message("frame " + frame.name + " of unknown type '" + dtype + "'");
  }
  if (text_member(value, "order") != "C") bad_message("frame " + frame.name + " is not in C order");
  const Value* shape = value.find("shape");
  if (!shape || !shape->array() || shape->array()->size() > kMaxDimensions) {
    bad_message("frame " + frame.name + " without a usable shape");
  }
  for (const Value& extent : *shape->array()) {
    const std::int64_t* n = extent.integer();
    if (!n || *n < 0) bad_message("frame " + frame.name + " with a negative or fractional extent");
    frame.shape.push_back(static_cast<std::uint64_t>(*n));
  }
  return frame;
}

Failure error_from(const Value& value) {
  Failure failure(text_member(value, "code"), text_member(value, "message"));
  if (failure.code.empty() || failure.message.empty()) bad_message("an error without code or message");
  failure.where = text_member(value, "where");
  failure.expected = text_member(value, "expected");
  failure.advice = text_member(value, "advice");
  return failure;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? "," : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

std::size_t item_size(DType dtype) { return dtype == DType::f8 ? 8 : dtype == DType::i4 ? 4 : 1; }

const char* dtype_name(DType dtype) {
  return dtype == DType::f8 ? "<f8" : dtype == DType::i4 ? "<i4" : "|u1";
}

std::size_t FrameDescription::bytes() const {
  std::size_t total = item_size(dtype);
  bool empty = false;
  for (std::uint64_t extent : shape) empty = empty || extent == 0;
  if (empty) return 0;
  for (std::uint64_t extent : shape) {
    if (extent > std::numeric_limits<std::size_t>::max() / total) {
      bad_message("frame " + name + " is larger than memory");
    }
    total *= static_cast<std::size_t>(extent);
  }
  return total;
}

std::string encode_request(std::int64_t id, const std::string& method, const Value& params,
                           const std::vector<FrameDescription>& frames) {
  Value header = Value::Map{{"v", kProtocolVersion}, {"id", id}, {"method", method}, {"params", params}};
  if (!frames.empty()) {
    Value::Array descriptions;
    for (const FrameDescription& frame : frames) descriptions.push_back(describe(frame));
    header.set("frames", std::move(descriptions));
  }
  msgpack::sbuffer buffer;
  msgpack::packer<msgpack::sbuffer> packer(buffer);
  pack(packer, header);
  return std::string(buffer.data(), buffer.size());
}

ResponseHeader decode_response(const void* data, std::size_t size) {
  if (size > kMaxHeaderBytes) bad_message("a header of " + std::to_string(size) + " bytes");
  Value header;
  try {
    std::size_t end = 0;
    // each item has a byte at least: what claims more is refused before memory is taken for it
    const msgpack::unpack_limit limit(size, size, size, 0, 0, kMaxHeaderDepth);
    const msgpack::object_handle handle =
        msgpack::unpack(static_cast<const char*>(data), size, end, nullptr, nullptr, limit);
    if (end != size) bad_message("bytes after the header");
    header = unpack(handle.get());
  } catch (const msgpack::unpack_error& error) {
    bad_message(std::string("the header is not msgpack (") + error.what() + ")");
  }

  const Value* version = header.find("v");
  if (!header.map() || !version || !version->integer()) bad_message("a header without version");
  if (*version->integer() != kProtocolVersion) {
    Failure failure("protocol_version",
                    "The daemon speaks version " + std::to_string(*version->integer()) + " of the protocol.");
    failure.expected = "version " + std::to_string(kProtocolVersion);
    failure.advice =
        *version->integer() > kProtocolVersion
            ? "Update this MATLAB package, or start the daemon that came with it"
            : "Stop the old daemon with euphonic.stop and start the one that came with this package";
    throw failure;
  }
  ResponseHeader response;
  const Value* id = header.find("id");
  if (!id || !id->integer()) bad_message("a header without id");
  response.id = *id->integer();

  const Value* error = header.find("error");
  const Value* result = header.find("result");
  if (error && result) bad_message("result and error in the header");
  if (error && error->map()) {
    response.error = error_from(*error);
    return response;
  }
  if (!result || !result->map()) bad_message("neither result nor error in the header");
  response.result = *result;
  if (const Value* frames = header.find("frames"); frames && !frames->is_nil()) {
    if (!frames->array() || frames->array()->size() > kMaxFrames)
      bad_message("the list of frames is unusable");
    for (const Value& frame : *frames->array()) response.frames.push_back(frame_description(frame));
  }
  return response;
}

void check_frames(const ResponseHeader& response, const std::vector<std::size_t>& frame_bytes) {
  if (frame_bytes.size() != response.frames.size()) {
    bad_message(std::to_string(response.frames.size()) + " frames described, " +
                std::to_string(frame_bytes.size()) + " received");
  }
  for (std::size_t i = 0; i < frame_bytes.size(); ++i) {
    if (response.frames[i].bytes() != frame_bytes[i]) {
      bad_message("frame " + response.frames[i].name + " has " + std::to_string(frame_bytes[i]) +
                  " bytes instead of " + std::to_string(response.frames[i].bytes()));
    }
  }
}

std::size_t find_frame(const ResponseHeader& response, const std::string& name, DType dtype,
                       const std::vector<std::uint64_t>& shape) {
  for (std::size_t i = 0; i < response.frames.size(); ++i) {
    const FrameDescription& frame = response.frames[i];
    if (frame.name != name) continue;
    if (frame.dtype != dtype || frame.shape != shape) {
      bad_message("frame " + name + " is " + dtype_name(frame.dtype) + shape_text(frame.shape) +
                  " instead of " + dtype_name(dtype) + shape_text(shape));
    }
    return i;
  }
  bad_message("frame " + name + " is missing");
}

}  // namespace euphonic::wire
