// The commands of the gateway. Arguments come from the .m files of +euphonic only, never from a user.
#pragma once

#include <memory>

#include "mex/mx.h"
#include "mex/wire/connection.h"
#include "mex/wire/evaluation.h"

namespace euphonic::mex {

// Arguments after the command's name.
struct Arguments {
  int count;
  const mxArray* const* values;

  // Null when it was not given.
  const mxArray* at(int i) const { return i < count ? values[i] : nullptr; }
};

// A connection that is kept between calls: opened anew when the endpoints or the secret change.
class ConnectionSlot {
 public:
  // `structure` has the fields work, control, mechanism, secret and, for CURVE, server_key, client_key and
  // client_secret_key of the connection file. With the fields file and content, its path and what was read
  // from it, the file is compared: throws Failure(address_changed) where it says something else by now.
  wire::Connection& to(const mxArray* structure);
  void drop() { connection_.reset(); }

 private:
  std::unique_ptr<wire::Connection> connection_;
};

// Whatever the daemon or the connection has to say against a request is not raised but handed back in the
// field `error` of the response: [] or a struct with code, message, where, expected, advice.

// response = request(connection, socket, method, params, frames, seconds, progress)
//   socket   'work' or 'control'
//   frames   struct array with name, data, shape; or []
//   seconds  to wait for the response; Inf for ever
//   progress  [], or a function of (done, total, seconds, planned), called from time to time when it takes
//             long; planned: of the plan that is being made, from 0 to 1, negative where none is
//   response  struct with error, result, frames
mxArray* request(ConnectionSlot& slot, const Arguments& arguments);

// evaluation = evaluate(connection, params, frames, points, options, previous)
//   params    of job.open without n_points
//   points    {qh, qk, ql} or {qh, qk, ql, dh, dk, dl}: real double vectors of one length, r.l.u.;
//             d: LO-TO directions
//   options   struct with any of cells (true: 1×n cells of 1×n_points rows; else n_points × n arrays),
//             progress (function handle called with done, total, seconds, planned; or []), both_signs (true:
//             where there are more structure factors than modes, the frequencies are followed by their
//             negatives, which those beyond belong to), unchecked (true: error invalid_q for points that
//             check_q.m would refuse or change) and, for the quantity sqw, energies (double, one for each
//             q-point) and points_kept (true: the daemon has said that it remembers the points that
//             params.points names)
//   previous  an evaluation with an error: its results are kept and only what is missing is asked for; or []
//   evaluation  struct with error, notes, doubts and points_kept (of what job.open or job.run said; {}, {}, 0
//             where it did not), imaginary, missing (2×k: offsets and counts of the ranges without results)
//             and, as the quantity has them, frequencies, structure_factors, eigenvectors (n_points × n_modes
//             × n_atoms × 3, complex), mode_gradients (n_points × n_modes × 3), intensities (n_points × 1)
mxArray* evaluate(ConnectionSlot& slot, const Arguments& arguments);

// response = read_private(path): struct with error, found (logical) and text; see wire/private_file.h
mxArray* read_private(const Arguments& arguments);

// facts = about(): struct with protocol, zmq (version), host (name of this computer)
mxArray* about();

// The `error` field for a failure.
mxArray* error_struct(const wire::Failure& failure);

// What calls a function of the interpreter with (done, total, seconds); nothing for any other value.
wire::Progress progress_to(const mxArray* callback);

}  // namespace euphonic::mex
