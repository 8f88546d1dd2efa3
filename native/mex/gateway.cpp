// The MEX function euphonic.internal.gateway(command, …): see commands.h for the commands.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "mex/commands.h"
#include "mex/convert.h"

namespace euphonic::mex {
namespace {

// How deep calls may be nested; each level has two of the daemon's connections.
constexpr std::size_t kMaxDepth = 8;

// One connection for each nesting level: while a call waits it may run a function of the interpreter, which
// may call the gateway again. On a shared connection the inner call would take the outer one's answers away.
std::array<ConnectionSlot, kMaxDepth> slots;
std::size_t depth = 0;  // of the innermost call under way

class Level {
 public:
  Level() {
    if (depth == kMaxDepth) {
      throw wire::Failure(
          wire::failure_code::kInvalidArgument,
          "Calls of the daemon are nested " + std::to_string(kMaxDepth) +
              " levels deep, which is as deep as they may be. Does a function that shows progress "
              "start a calculation that shows its progress, too?");
    }
    ++depth;
  }
  ~Level() { --depth; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

  ConnectionSlot& slot() { return slots[depth - 1]; }
};

// glibc returns the end of its heap to the system where more lies free there than twice the largest block
// that it has mapped and seen freed. So results of some megabytes, which a script lets go of before the next
// call, would be touched page by page at each call. It learns from one block, which nobody writes to, that
// these can stay. MATLAB keeps its arrays itself.
void keep_freed_results() {
#ifdef __GLIBC__
  static bool done = false;
  if (done || !kIsOctave) return;
  done = true;
  void* volatile block = std::malloc(std::size_t{17} << 20);
  std::free(block);
#endif
}

// Those of calls that are still waiting stay.
void close_connections() {
  for (std::size_t i = depth; i < kMaxDepth; ++i) slots[i].drop();
}

mxArray* dispatch(const std::string& command, const Arguments& arguments) {
  Level level;
  if (command == "request") return request(level.slot(), arguments);
  if (command == "evaluate") return evaluate(level.slot(), arguments);
  if (command == "read_private") return read_private(arguments);
  if (command == "about") return about();
  if (command == "close") {
    level.slot().drop();
    close_connections();
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
    mexAtExit(mex::close_connections);
    mex::keep_freed_results();
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
