// A daemon in this process that says what a test wants it to say, for tests of the MEX gateway.
#pragma once

#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <msgpack.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "mex/wire/evaluation.h"
#include "support/catch.h"
#include "support/folder.h"

namespace mex_test {

using namespace euphonic::wire;

inline constexpr int kModes = 6;

// A request as the test's daemon sees it.
struct Seen {
  std::int64_t id = 0;
  std::string method;
  Value params;
  std::vector<double> qpts, energies;
};

// What to send back: a header and frames of doubles.
struct Sent {
  std::string header;
  std::vector<std::vector<double>> frames;
};

// Requests have another shape than responses, so the codec's own reader is no help here.
inline Value value_of(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::POSITIVE_INTEGER:
    case msgpack::type::NEGATIVE_INTEGER:
      return object.as<std::int64_t>();
    case msgpack::type::FLOAT64:
      return object.via.f64;
    case msgpack::type::STR:
      return object.as<std::string>();
    case msgpack::type::ARRAY: {
      Value::Array items;
      for (const msgpack::object& item : object.as<std::vector<msgpack::object>>())
        items.push_back(value_of(item));
      return items;
    }
    case msgpack::type::MAP: {
      Value::Map members;
      for (std::uint32_t i = 0; i < object.via.map.size; ++i) {
        members.push_back({object.via.map.ptr[i].key.as<std::string>(), value_of(object.via.map.ptr[i].val)});
      }
      return members;
    }
    default:
      return {};
  }
}

inline void pack_value(msgpack::packer<msgpack::sbuffer>& packer, const Value& value) {
  if (value.integer()) packer.pack(*value.integer());
  if (value.real()) packer.pack(*value.real());
  if (value.text()) packer.pack(*value.text());
  if (value.array()) {
    packer.pack_array(static_cast<std::uint32_t>(value.array()->size()));
    for (const Value& item : *value.array()) pack_value(packer, item);
  }
  if (value.map()) {
    packer.pack_map(static_cast<std::uint32_t>(value.map()->size()));
    for (const Member& member : *value.map()) {
      packer.pack(member.key);
      pack_value(packer, member.value);
    }
  }
}

inline std::string header_of(const Value& value) {
  msgpack::sbuffer buffer;
  msgpack::packer<msgpack::sbuffer> packer(buffer);
  pack_value(packer, value);
  return {buffer.data(), buffer.size()};
}

inline Value description(const char* name, std::int64_t rows, std::int64_t count) {
  return Value::Map{{"name", name}, {"dtype", "<f8"}, {"shape", Value::Array{rows, count}}, {"order", "C"}};
}

inline Sent result(const Seen& seen, Value::Map values) {
  return {header_of(Value::Map{{"v", 1}, {"id", seen.id}, {"result", std::move(values)}}), {}};
}

inline Sent refusal(const Seen& seen, const char* code, const char* where = "") {
  return {header_of(Value::Map{{"v", 1},
                               {"id", seen.id},
                               {"error", Value::Map{{"code", code}, {"message", "No."}, {"where", where}}}}),
          {}};
}

// "Frequencies" that depend on q and mode only, and "structure factors" that show which neighbours were told.
inline Sent chunk_result(const Seen& seen) {
  const std::int64_t offset = *seen.params.find("offset")->integer(),
                     count = *seen.params.find("count")->integer();
  std::vector<double> w, s;
  for (int mode = 0; mode < kModes; ++mode) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double* q = seen.qpts.data();
      w.push_back(mode + q[i] + 10 * q[count + i] + 100 * q[2 * count + i]);
      const char* side = i == 0 ? "before" : i == count - 1 ? "after" : "";
      const Value* neighbour = seen.params.find(side);
      s.push_back(neighbour ? (*neighbour->array())[0].number() : NAN);
    }
  }
  Value header = Value::Map{
      {"v", 1},
      {"id", seen.id},
      {"result",
       Value::Map{
           {"job", "j"}, {"offset", offset}, {"count", count}, {"kernel_seconds", 0.0}, {"imaginary", 1}}},
      {"frames", Value::Array{description("frequencies", kModes, count),
                              description("structure_factors", kModes, count)}}};
  return {header_of(header), {w, s}};
}

// Whether there are local sockets; where not, those of the loopback stand in for them.
inline bool has_ipc() { return zmq_has("ipc") == 1; }

// Two ROUTER sockets served by one thread. `respond` returns the responses that a request
// causes (none: silence).
class Daemon {
 public:
  using Respond = std::function<std::vector<Sent>(const Seen&)>;

  explicit Daemon(Respond respond) : respond_(std::move(respond)) {
    context_ = zmq_ctx_new();
    zap_ = zmq_socket(context_, ZMQ_REP);
    REQUIRE(zmq_bind(zap_, "inproc://zeromq.zap.01") == 0);
    for (int i = 0; i < 2; ++i) {
      sockets_[i] = zmq_socket(context_, ZMQ_ROUTER);
      const int yes = 1, no = 0;
      zmq_setsockopt(sockets_[i], ZMQ_PLAIN_SERVER, &yes, sizeof yes);
      zmq_setsockopt(sockets_[i], ZMQ_LINGER, &no, sizeof no);
      REQUIRE(zmq_bind(sockets_[i], wanted(i).c_str()) == 0);
      char bound[256];
      std::size_t size = sizeof bound;
      REQUIRE(zmq_getsockopt(sockets_[i], ZMQ_LAST_ENDPOINT, bound, &size) == 0);
      endpoints_[i] = bound;
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~Daemon() { die(); }
  // Its sockets close as a killed process's do.
  void die() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  DaemonAddress address() const { return {endpoints_[0], endpoints_[1], "PLAIN", "secret"}; }
  std::vector<std::string> methods() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return methods_;
  }
  bool saw(const std::string& method) {
    for (const std::string& name : methods()) {
      if (name == method) return true;
    }
    return false;
  }

 private:
  std::string wanted(int i) const {
    return has_ipc() ? "ipc://" + folder_.path + (i ? "/control" : "/work") : "tcp://127.0.0.1:*";
  }

  void serve() {
    while (!stop_) {
      zmq_pollitem_t items[] = {
          {sockets_[0], 0, ZMQ_POLLIN, 0}, {sockets_[1], 0, ZMQ_POLLIN, 0}, {zap_, 0, ZMQ_POLLIN, 0}};
      zmq_poll(items, 3, 5);
      if (items[2].revents & ZMQ_POLLIN) authenticate();
      for (int i = 0; i < 2; ++i) {
        if (items[i].revents & ZMQ_POLLIN) serve(sockets_[i]);
      }
    }
    for (void* socket : {sockets_[0], sockets_[1], zap_}) zmq_close(socket);
    zmq_ctx_term(context_);
  }

  static std::vector<Part> receive(void* socket) {
    std::vector<Part> parts;
    do {
      parts.emplace_back();
      zmq_msg_recv(parts.back().raw(), socket, 0);
    } while (zmq_msg_more(parts.back().raw()));
    return parts;
  }

  // ZAP (ZeroMQ's RFC 27): version, request id, domain, address, identity, mechanism, user name, password.
  void authenticate() {
    const std::vector<Part> parts = receive(zap_);
    const std::string password(static_cast<const char*>(parts[7].data()), parts[7].size());
    const std::string response[] = {"1.0",
                                    {static_cast<const char*>(parts[1].data()), parts[1].size()},
                                    password == "secret" ? "200" : "400",
                                    "",
                                    "",
                                    ""};
    for (int i = 0; i < 6; ++i)
      zmq_send(zap_, response[i].data(), response[i].size(), i < 5 ? ZMQ_SNDMORE : 0);
  }

  void serve(void* socket) {
    const std::vector<Part> parts = receive(socket);
    const msgpack::object_handle handle =
        msgpack::unpack(static_cast<const char*>(parts[1].data()), parts[1].size());
    const Value header = value_of(handle.get());
    Seen seen{*header.find("id")->integer(), *header.find("method")->text(), *header.find("params"), {}, {}};
    for (std::size_t i = 2; i < parts.size(); ++i) {
      std::vector<double>& array = i == 2 ? seen.qpts : seen.energies;
      array.resize(parts[i].size() / sizeof(double));
      std::memcpy(array.data(), parts[i].data(), parts[i].size());
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      methods_.push_back(seen.method);
    }
    for (Sent& sent : respond_(seen)) {
      zmq_send(socket, parts[0].data(), parts[0].size(), ZMQ_SNDMORE);
      zmq_send(socket, sent.header.data(), sent.header.size(), sent.frames.empty() ? 0 : ZMQ_SNDMORE);
      for (std::size_t i = 0; i < sent.frames.size(); ++i) {
        zmq_send(socket, sent.frames[i].data(), sent.frames[i].size() * sizeof(double),
                 i + 1 < sent.frames.size() ? ZMQ_SNDMORE : 0);
      }
    }
  }

  Respond respond_;
  Folder folder_;
  std::string endpoints_[2];
  void* context_ = nullptr;
  void* sockets_[2] = {};
  void* zap_ = nullptr;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<std::string> methods_;
  std::thread thread_;
};

inline std::vector<Sent> honest(const Seen& seen) {
  if (seen.method == "job.open") {
    return {result(
        seen,
        {{"job", "j"}, {"n_modes", kModes}, {"n_surfaces", kModes}, {"chunk_points", 7}, {"window", 3}})};
  }
  if (seen.method == "job.compute") return {chunk_result(seen)};
  return {result(seen, {{"points", 1}})};
}

}  // namespace mex_test
