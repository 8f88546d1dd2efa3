// The MEX function euphonic.internal.gateway(command, …): see commands.h for the commands.
#include <cstdio>
#include <exception>
#include <string>

#include "mex/commands.h"
#include "mex/convert.h"

namespace euphonic::mex {
namespace {

ConnectionSlot& slot() {
  static ConnectionSlot connection;
  return connection;
}

void close_connection() { slot().drop(); }

mxArray* dispatch(const std::string& command, const Arguments& arguments) {
  if (command == "request") return request(slot(), arguments);
  if (command == "evaluate") return evaluate(slot(), arguments);
  if (command == "read_private") return read_private(arguments);
  if (command == "about") return about();
  if (command == "close") {
    close_connection();
    return mxCreateDoubleMatrix(0, 0, mxREAL);
  }
  throw wire::Failure(wire::failure_code::kInvalidArgument, "The gateway has no command '" + command + "'.");
}

}  // namespace
}  // namespace euphonic::mex

// Raising an error leaves this function by other means in MATLAB than in Octave, so it happens where no C++
// object is alive: the text is kept in static memory.
void mexFunction(int n_out, mxArray* out[], int n_in, const mxArray* in[]) {
  using namespace euphonic;
  static char message[1024];
  bool failed = false;
  (void)n_out;
  try {
    mexAtExit(mex::close_connection);
    const std::string command = mex::text_from(n_in > 0 ? in[0] : nullptr, "the command");
    out[0] = mex::dispatch(command, {n_in - 1, in + 1});
  } catch (const std::exception& error) {
    failed = true;
    std::snprintf(message, sizeof message, "%s", error.what());
  } catch (...) {
    failed = true;
    std::snprintf(message, sizeof message, "The gateway failed for an unknown reason.");
  }
  if (failed) mexErrMsgIdAndTxt("EUPHONIC:gateway:failed", "%s", message);
}
