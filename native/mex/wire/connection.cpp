#include "mex/wire/connection.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

namespace euphonic::wire {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kUserName[] = "euphonic";
// Status by which a daemon turns away a client that has the secret: it has too many connections.
constexpr std::uint32_t kRefusedBusy = 500;
constexpr int kSocketBufferBytes = 4 << 20;
// Over TCP alone; a daemon may be suspended for as long as the timeout.
constexpr int kHeartbeatMilliseconds = 10'000;
constexpr int kHeartbeatTimeoutMilliseconds = 90'000;
constexpr int kConnectTimeoutMilliseconds = 10'000;

constexpr int kLostEvents = ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED |
                            ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

Failure zmq_failure(const std::string& what, const std::string& endpoint) {
  return Failure(failure_code::kUnreachable, what + " " + endpoint + ": " + zmq_strerror(zmq_errno()) + ".");
}

void set_option(void* socket, int option, int value) { zmq_setsockopt(socket, option, &value, sizeof value); }

int set_option(void* socket, int option, const std::string& value) {
  return zmq_setsockopt(socket, option, value.data(), value.size());
}

// A key in Z85: ZeroMQ takes its 40 characters without a length.
bool set_key(void* socket, int option, const std::string& key) {
  constexpr std::size_t kKeyCharacters = 40;
  return key.size() == kKeyCharacters && zmq_setsockopt(socket, option, key.c_str(), key.size()) == 0;
}

// How this client shows that it may connect. Throws Failure(invalid_argument).
void set_security(void* socket, const DaemonAddress& peer) {
  if (peer.mechanism == "PLAIN") {
    set_option(socket, ZMQ_PLAIN_USERNAME, kUserName);
    set_option(socket, ZMQ_PLAIN_PASSWORD, peer.secret);
    return;
  }
  if (peer.mechanism != "CURVE") {
    throw Failure(failure_code::kInvalidArgument,
                  "This package cannot reach a daemon that uses the mechanism '" + peer.mechanism + "'.");
  }
  if (!zmq_has("curve")) {
    throw Failure(failure_code::kInvalidArgument,
                  "The daemon is reached over TCP with encryption (CURVE), which the ZeroMQ of this package "
                  "does not have.");
  }
  if (!set_key(socket, ZMQ_CURVE_SERVERKEY, peer.server_key) ||
      !set_key(socket, ZMQ_CURVE_PUBLICKEY, peer.client_key) ||
      !set_key(socket, ZMQ_CURVE_SECRETKEY, peer.client_secret_key)) {
    throw Failure(
        failure_code::kInvalidArgument,
        "The connection file has no usable keys for CURVE; the daemon writes new ones when it is restarted.");
  }
  // A host that has vanished says nothing: it is asked.
  set_option(socket, ZMQ_HEARTBEAT_IVL, kHeartbeatMilliseconds);
  set_option(socket, ZMQ_HEARTBEAT_TIMEOUT, kHeartbeatTimeoutMilliseconds);
  set_option(socket, ZMQ_CONNECT_TIMEOUT, kConnectTimeoutMilliseconds);
}

}  // namespace

Part::Part(std::size_t size) {
  if (zmq_msg_init_size(&message_, size) != 0) throw std::bad_alloc();
}

Part::Part(const void* data, std::size_t size) : Part(size) {
  if (size) std::memcpy(this->data(), data, size);
}

Part& Part::operator=(Part&& other) noexcept {
  zmq_msg_move(&message_, &other.message_);
  return *this;
}

RequestSocket::RequestSocket(void* context, const std::string& endpoint, const DaemonAddress& peer)
    : endpoint_(endpoint) {
  socket_ = zmq_socket(context, ZMQ_DEALER);
  if (!socket_) throw zmq_failure("Cannot open a socket for", endpoint);
  try {
    set_security(socket_, peer);
  } catch (const Failure&) {
    zmq_close(socket_);
    throw;
  }
  set_option(socket_, ZMQ_LINGER, 0);
  set_option(socket_, ZMQ_SNDBUF, kSocketBufferBytes);
  set_option(socket_, ZMQ_RCVBUF, kSocketBufferBytes);
  zmq_setsockopt(socket_, ZMQ_MAXMSGSIZE, &kMaxFrameBytes, sizeof kMaxFrameBytes);

  const std::string monitor_endpoint = "inproc://monitor-" + endpoint;
  zmq_socket_monitor(socket_, monitor_endpoint.c_str(), kLostEvents);
  monitor_ = zmq_socket(context, ZMQ_PAIR);
  if (!monitor_ || zmq_connect(monitor_, monitor_endpoint.c_str()) != 0 ||
      zmq_connect(socket_, endpoint.c_str()) != 0) {
    const Failure failure = zmq_failure("Cannot connect to", endpoint);
    if (monitor_) zmq_close(monitor_);
    zmq_close(socket_);
    throw failure;
  }
  set_option(monitor_, ZMQ_LINGER, 0);
}

RequestSocket::~RequestSocket() {
  zmq_socket_monitor(socket_, nullptr, 0);
  zmq_close(monitor_);
  zmq_close(socket_);
}

void RequestSocket::send_part(Part& part, bool more) {
  if (zmq_msg_send(part.raw(), socket_, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) < 0) {
    throw zmq_failure("Cannot send to", endpoint_);
  }
}

std::int64_t RequestSocket::send(const std::string& method, const Value& params,
                                 std::vector<OutgoingFrame> frames) {
  std::vector<FrameDescription> descriptions;
  for (const OutgoingFrame& frame : frames) descriptions.push_back(frame.description);
  const std::int64_t id = next_id_++;
  const std::string header = encode_request(id, method, params, descriptions);
  Part first(header.data(), header.size());
  send_part(first, !frames.empty());
  for (std::size_t i = 0; i < frames.size(); ++i) send_part(frames[i].data, i + 1 < frames.size());
  return id;
}

Response RequestSocket::read_message() {
  std::vector<Part> parts;
  bool more = true;
  while (more) {
    Part part;
    if (zmq_msg_recv(part.raw(), socket_, ZMQ_DONTWAIT) < 0)
      throw zmq_failure("Cannot receive from", endpoint_);
    more = zmq_msg_more(part.raw()) != 0;
    parts.push_back(std::move(part));
  }
  Response response;
  response.header = decode_response(parts[0].data(), parts[0].size());
  std::vector<std::size_t> sizes;
  for (std::size_t i = 1; i < parts.size(); ++i) sizes.push_back(parts[i].size());
  check_frames(response.header, sizes);
  response.frames.assign(std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
  return response;
}

void RequestSocket::read_monitor() {
  Part event, address;
  if (zmq_msg_recv(event.raw(), monitor_, ZMQ_DONTWAIT) < 0) return;
  zmq_msg_recv(address.raw(), monitor_, ZMQ_DONTWAIT);
  // number of the event (16 bits), then its value (32 bits)
  std::uint16_t kind = 0;
  std::uint32_t value = 0;
  if (event.size() >= sizeof kind + sizeof value) {
    std::memcpy(&kind, event.data(), sizeof kind);
    std::memcpy(&value, static_cast<const char*>(event.data()) + sizeof kind, sizeof value);
  }
  if (kind == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH && value == kRefusedBusy) {
    throw Failure("over_capacity", "The daemon at " + endpoint_ + " has too many connections.");
  }
  if (kind == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
    throw Failure(failure_code::kNotAuthorised,
                  "The daemon at " + endpoint_ + " refused the secret of the connection file.");
  }
  if (kind & kLostEvents) {
    throw Failure(failure_code::kUnreachable, "The daemon at " + endpoint_ + " does not answer or has gone.");
  }
}

Response RequestSocket::receive(const Wait& wait) {
  const Clock::time_point start = Clock::now();
  for (;;) {
    long slice = kPollMilliseconds;
    if (wait.seconds >= 0) {
      const double left = wait.seconds - std::chrono::duration<double>(Clock::now() - start).count();
      slice = std::clamp(static_cast<long>(left * 1000) + 1, 0L, kPollMilliseconds);
      if (left <= 0) {
        throw Failure(failure_code::kTimeout, "No answer from the daemon at " + endpoint_ + " within " +
                                                  std::to_string(wait.seconds) + " s.");
      }
    }
    zmq_pollitem_t items[] = {{socket_, 0, ZMQ_POLLIN, 0}, {monitor_, 0, ZMQ_POLLIN, 0}};
    const int ready = zmq_poll(items, 2, slice);
    if (ready < 0 && zmq_errno() != EINTR) throw zmq_failure("Cannot wait for", endpoint_);
    if (wait.interrupted && wait.interrupted()) {
      throw Failure(failure_code::kInterrupted, "Interrupted from the keyboard.");
    }
    if (ready <= 0) {
      if (wait.idle) wait.idle();
      continue;
    }
    if (items[0].revents & ZMQ_POLLIN) return read_message();
    read_monitor();
  }
}

Response RequestSocket::call(const std::string& method, const Value& params,
                             std::vector<OutgoingFrame> frames, const Wait& wait) {
  const std::int64_t id = send(method, params, std::move(frames));
  for (;;) {
    Response response = receive(wait);
    if (response.header.id != id && !response.header.concerns_all()) continue;
    if (response.header.error) throw *response.header.error;
    return response;
  }
}

Connection::Connection(DaemonAddress address) : address_(std::move(address)), context_(zmq_ctx_new()) {
  if (!context_) throw zmq_failure("Cannot use", "ZeroMQ");
  zmq_ctx_set(context_, ZMQ_BLOCKY, 0);
}

Connection::~Connection() {
  work_.reset();
  control_.reset();
  zmq_ctx_term(context_);
}

RequestSocket& Connection::work() {
  if (!work_) work_ = std::make_unique<RequestSocket>(context_, address_.work, address_);
  return *work_;
}

RequestSocket& Connection::control() {
  if (!control_) control_ = std::make_unique<RequestSocket>(context_, address_.control, address_);
  return *control_;
}

}  // namespace euphonic::wire
