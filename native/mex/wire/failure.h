// What can go wrong in a call, as it is handed to the .m files: a code of the protocol or one of those below.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace euphonic::wire {

// Codes that arise on the client's side; all others are the daemon's (PROTOCOL.md).
namespace failure_code {
inline constexpr char kUnreachable[] = "unreachable";       // no daemon behind the endpoints, or it went away
inline constexpr char kNotAuthorised[] = "not_authorised";  // the daemon refused the secret
inline constexpr char kTimeout[] = "timeout";               // no answer in the time given
inline constexpr char kInterrupted[] = "interrupted";       // Ctrl-C
inline constexpr char kBadMessage[] = "bad_message";        // the response breaks the protocol
inline constexpr char kInvalidArgument[] = "invalid_argument";
inline constexpr char kAddressChanged[] = "address_changed";  // the connection file says something else
inline constexpr char kInvalidQ[] = "invalid_q";              // not finite, out of reach, or not real doubles
}  // namespace failure_code

struct Failure : std::exception {
  Failure(std::string code_, std::string message_) : code(std::move(code_)), message(std::move(message_)) {}
  const char* what() const noexcept override { return message.c_str(); }

  std::string code;
  std::string message;
  std::string where, expected, advice;  // empty when the daemon did not send them
};

}  // namespace euphonic::wire
