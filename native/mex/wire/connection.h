// ZeroMQ sockets to one daemon: requests out, responses in, and a quick answer to "is it still there?".
#pragma once

#include <zmq.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mex/wire/codec.h"

namespace euphonic::wire {

// How long a wait may go on before it looks for Ctrl-C.
inline constexpr long kPollMilliseconds = 50;
// No frame of a daemon is larger than this.
inline constexpr std::int64_t kMaxFrameBytes = std::int64_t{1} << 30;

// What the connection file says about reaching the daemon.
struct DaemonAddress {
  std::string work, control;  // ZeroMQ endpoints
  std::string mechanism;      // PLAIN or CURVE
  std::string secret;         // of PLAIN
  // of CURVE, in Z85: the daemon's public key, and the pair that a client shows
  std::string server_key = {}, client_key = {}, client_secret_key = {};

  bool operator==(const DaemonAddress& other) const {
    return work == other.work && control == other.control && mechanism == other.mechanism &&
           secret == other.secret && server_key == other.server_key && client_key == other.client_key &&
           client_secret_key == other.client_secret_key;
  }
};

// One frame of a message; owns ZeroMQ's memory.
class Part {
 public:
  Part() { zmq_msg_init(&message_); }
  explicit Part(std::size_t size);
  Part(const void* data, std::size_t size);
  Part(Part&& other) noexcept : Part() { zmq_msg_move(&message_, &other.message_); }
  Part& operator=(Part&& other) noexcept;
  ~Part() { zmq_msg_close(&message_); }

  void* data() { return zmq_msg_data(&message_); }
  const void* data() const { return zmq_msg_data(const_cast<zmq_msg_t*>(&message_)); }
  std::size_t size() const { return zmq_msg_size(&message_); }
  zmq_msg_t* raw() { return &message_; }

 private:
  zmq_msg_t message_;
};

// An array on its way out, in C order.
struct OutgoingFrame {
  FrameDescription description;
  Part data;
};

// A response whose frames have been checked against their descriptions.
struct Response {
  ResponseHeader header;
  std::vector<Part> frames;
};

// Until when to wait, and who may end the wait early.
struct Wait {
  double seconds = -1;              // < 0: for ever
  bool (*interrupted)() = nullptr;  // called every kPollMilliseconds
  std::function<void()> idle = {};  // called then, if nothing has come
};

// A DEALER socket. Every function throws Failure: unreachable, not_authorised, timeout,
// interrupted, bad_message.
class RequestSocket {
 public:
  RequestSocket(void* context, const std::string& endpoint, const DaemonAddress& peer);
  ~RequestSocket();
  RequestSocket(const RequestSocket&) = delete;
  RequestSocket& operator=(const RequestSocket&) = delete;

  // Returns the id by which the response will be known. Does not wait for the daemon.
  std::int64_t send(const std::string& method, const Value& params, std::vector<OutgoingFrame> frames = {});
  // The next response of any request.
  Response receive(const Wait& wait);
  // Sends and waits for this response; drops those of earlier, abandoned requests. A refusal is thrown.
  Response call(const std::string& method, const Value& params, std::vector<OutgoingFrame> frames,
                const Wait& wait);

 private:
  void send_part(Part& part, bool more);
  Response read_message();
  void read_monitor();  // throws when the peer has gone

  std::string endpoint_;
  void* socket_ = nullptr;
  void* monitor_ = nullptr;
  std::int64_t next_id_ = 1;
};

class Connection {
 public:
  explicit Connection(DaemonAddress address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const DaemonAddress& address() const { return address_; }
  // Both are opened when first asked for.
  RequestSocket& work();
  RequestSocket& control();

 private:
  DaemonAddress address_;
  void* context_;
  std::unique_ptr<RequestSocket> work_, control_;
};

}  // namespace euphonic::wire
