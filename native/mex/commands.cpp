#include "mex/commands.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "mex/convert.h"
#include "mex/interrupt.h"
#include "mex/wire/evaluation.h"
#include "mex/wire/private_file.h"
#include "mex/wire/user.h"

namespace euphonic::mex {

namespace {

// Throws Failure(address_changed) where the connection file is not what the address was read from.
void check_unchanged(const mxArray* structure) {
  const mxArray* file = structure && mxIsStruct(structure) ? mxGetField(structure, 0, "file") : nullptr;
  if (!file) return;
  const std::string path = text_from(file, "the connection file");
  const std::optional<std::string> now = wire::read_private_file(path);
  // MATLAB's texts end at a zero
  if (!now || now->c_str() != text_from(field_of(structure, "content", "a connection"), "content")) {
    throw wire::Failure(wire::failure_code::kAddressChanged, path + " has changed.");
  }
}

}  // namespace

wire::Connection& ConnectionSlot::to(const mxArray* structure) {
  check_unchanged(structure);
  const auto text = [&](const char* field) {
    return text_from(field_of(structure, field, "a connection"), field);
  };
  wire::DaemonAddress address{text("work"), text("control"), text("mechanism"), text("secret")};
  if (address.mechanism == "CURVE") {
    address.server_key = text("server_key");
    address.client_key = text("client_key");
    address.client_secret_key = text("client_secret_key");
  }
  if (!connection_ || !(connection_->address() == address)) {
    connection_.reset();
    connection_ = std::make_unique<wire::Connection>(std::move(address));
  }
  return *connection_;
}

wire::Progress progress_to(const mxArray* callback) {
  wire::Progress progress;
  if (!callback || !mxIsFunctionHandle(callback)) return progress;
  progress.report = [callback](std::size_t done, std::size_t total, double seconds, double planned) {
    mxArray* inputs[] = {const_cast<mxArray*>(callback), mxCreateDoubleScalar(static_cast<double>(done)),
                         mxCreateDoubleScalar(static_cast<double>(total)), mxCreateDoubleScalar(seconds),
                         mxCreateDoubleScalar(planned)};
    try {
      // A fault in showing progress never ends the work.
      mexCallMATLABWithTrap(0, nullptr, 5, inputs, "feval");
    } catch (...) {
      keep_pending();  // Ctrl-C meanwhile; what waits for the daemon looks for it next
    }
    for (int i = 1; i < 5; ++i) mxDestroyArray(inputs[i]);
  };
  return progress;
}

mxArray* error_struct(const wire::Failure& failure) {
  const char* fields[] = {"code", "message", "where", "expected", "advice"};
  const std::string* values[] = {&failure.code, &failure.message, &failure.where, &failure.expected,
                                 &failure.advice};
  mxArray* structure = mxCreateStructMatrix(1, 1, 5, fields);
  for (int i = 0; i < 5; ++i) mxSetFieldByNumber(structure, 0, i, text_array(*values[i]));
  return structure;
}

namespace {

// Methods that take long: they take the name by which they are cancelled.
bool takes_ticket(const std::string& method) {
  return method == "debye_waller" || (method.rfind("spectrum.", 0) == 0 && method != "spectrum.path");
}

}  // namespace

mxArray* request(ConnectionSlot& slot, const Arguments& arguments) {
  const char* fields[] = {"error", "result", "frames"};
  mxArray* structure = mxCreateStructMatrix(1, 1, 3, fields);
  try {
    const std::string socket = text_from(arguments.at(1), "the socket");
    const std::string method = text_from(arguments.at(2), "the method");
    const wire::Value params = value_from(arguments.at(3));
    const double seconds = number_from(arguments.at(5), "the time limit");
    wire::Connection& connection = slot.to(arguments.at(0));
    const wire::Wait wait{std::isinf(seconds) ? -1 : seconds, interrupted};
    const wire::Value map = params.map() ? params : wire::Value(wire::Value::Map{});
    auto frames = frames_from(arguments.at(4));
    const wire::Response response =
        socket == "control"    ? connection.control().call(method, map, std::move(frames), wait)
        : takes_ticket(method) ? wire::call_with_ticket(connection, method, map, std::move(frames), wait,
                                                        progress_to(arguments.at(6)))
                               : connection.work().call(method, map, std::move(frames), wait);
    mxSetField(structure, 0, "result", array_from(response.header.result));
    mxSetField(structure, 0, "frames", frames_struct(response));
  } catch (const wire::Failure& failure) {
    if (failure.code == wire::failure_code::kUnreachable) slot.drop();
    mxSetField(structure, 0, "error", error_struct(failure));
  }
  return structure;
}

mxArray* read_private(const Arguments& arguments) {
  const char* fields[] = {"error", "found", "text"};
  mxArray* structure = mxCreateStructMatrix(1, 1, 3, fields);
  try {
    const auto content = wire::read_private_file(text_from(arguments.at(0), "a path"));
    mxSetField(structure, 0, "found", mxCreateLogicalScalar(content.has_value()));
    mxSetField(structure, 0, "text", text_array(content.value_or("")));
  } catch (const wire::Failure& failure) {
    mxSetField(structure, 0, "error", error_struct(failure));
  }
  return structure;
}

mxArray* about() {
  int major = 0, minor = 0, patch = 0;
  zmq_version(&major, &minor, &patch);
  const std::string zmq = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  return array_from(wire::Value::Map{{"protocol", wire::kProtocolVersion},
                                     {"zmq", zmq},
                                     {"host", wire::host_name()},
                                     {"home", wire::home_of_user()}});
}

}  // namespace euphonic::mex
