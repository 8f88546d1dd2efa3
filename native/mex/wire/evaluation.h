// A whole job on memory that the caller owns: q-points out in chunks, results copied to where they belong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mex/wire/connection.h"

namespace euphonic::wire {

enum class Quantity { frequencies, structure_factor, modes, sqw };

// Throws Failure(invalid_argument) for any other name.
Quantity quantity_named(const std::string& name);

// q-points in r.l.u.; each pointer has `count` numbers. Directions and energies are absent when the pointers
// are null.
struct Points {
  std::size_t count = 0;
  const double* q[3] = {};
  const double* directions[3] = {};
  const double* energies = nullptr;  // meV, for Quantity::sqw
  bool kept = false;                 // the daemon has said that it remembers them: run_job does not send them
};

// The result for all points of one mode (surface, eigenvector component): point i goes to first[i * stride].
struct Row {
  double* first = nullptr;
  std::size_t stride = 1;
};

// Rows in the order of the frames: frequencies [n_modes], structure_factors [n_surfaces],
// eigenvectors [2][3][n_atoms][n_modes], mode_gradients [3][n_modes], intensities [1]; empty when the
// quantity has none, mode_gradients also where they are not asked for. negatives, where they are wanted: of
// the frequencies.
struct Outputs {
  std::vector<Row> frequencies, negatives, structure_factors, eigenvectors, mode_gradients, intensities;
};

struct Range {
  std::size_t offset = 0;
  std::size_t count = 0;
};

struct OpenedJob {
  std::string job;  // empty for one that was closed at once
  int n_modes = 0;
  int n_surfaces = 0;
  std::size_t chunk_points = 1;
  std::size_t window = 1;
  std::size_t points_kept = 0;  // q-points that need not be sent
  Value result;                 // all that job.open, or job.run, answered
};

// What tells how far a calculation is, whether results arrive or not: first after some seconds, then at times
// that grow apart, and when all is there.
struct Progress {
  // planned: of the plan that is being made, from 0 to 1; negative: none is.
  std::function<void(std::size_t done, std::size_t total, double seconds, double planned)> report;
  double first_after = 2;      // seconds
  double growth = 1.5;         // of the time from one report to the next
  double at_least_every = 30;  // seconds
};

// A request of the work socket that may take long before it has a name to be cancelled by: it goes by a
// random ticket, and an interrupt cancels that.
Response call_with_ticket(Connection& connection, const std::string& method, Value params,
                          std::vector<OutgoingFrame> frames, const Wait& wait, Progress progress = {});

// How far the plan is that the daemon makes of a model, from 0 to 1; negative where it makes none, or does
// not say so in time.
double plan_fraction(Connection& connection, const std::string& model);

OpenedJob open_job(Connection& connection, const Value& params, std::vector<OutgoingFrame> frames,
                   const Wait& wait);

// q-points for which job.run is tried: results of more come better in chunks. Intensities are a number each.
constexpr std::size_t kMaxRunPoints = 4096, kMaxRunIntensities = 65536;

struct RanJob {
  OpenedJob job;
  Response response;
};

// Whether a daemon has forgotten what it remembered of q-points: they are to be sent then.
bool are_forgotten(const Failure& failure);

// All q-points by one request. Nothing if the daemon wants them in chunks, or does not know job.run.
std::optional<RanJob> run_job(Connection& connection, Value params, std::vector<OutgoingFrame> frames,
                              const Points& points, const Wait& wait);

// Copies the results for a range of q-points to where they belong. Throws Failure(bad_message) for arrays of
// other sizes. Returns the number of modes with a negative frequency.
std::int64_t store_results(const Response& response, const OpenedJob& job, Quantity quantity,
                           const Outputs& outputs, const Range& range);

class ProgressClock {
 public:
  ProgressClock(Progress progress, std::size_t total);
  // Reports if it is time to.
  void look(std::size_t done);
  // The same of what is done and how much there is, which are asked for only then.
  void look_at(const std::function<std::pair<std::size_t, std::size_t>()>& counts);
  // The same while there are no results yet, of the plan that is being made.
  void look_at_plan(const std::function<double()>& fraction);

 private:
  Progress progress_;
  std::size_t total_;
  double started_;      // of the steady clock
  double next_report_;  // seconds after started_
  bool finished_ = false;
};

// Streams the missing ranges of q-points through an open job, with `window` chunks under way.
class EvaluationStream {
 public:
  EvaluationStream(Connection& connection, const OpenedJob& job, Quantity quantity, const Points& points,
                   const Outputs& outputs, const std::vector<Range>& missing, Wait wait, Progress progress);

  // Calls `prepare`, which may make room for `outputs`, once the first chunks are under way. Throws Failure,
  // and what `prepare` throws; what had not arrived by then is in missing(). The job is cancelled before,
  // unless the daemon has gone.
  void run(const std::function<void()>& prepare = [] {});

  // Ranges without results, in ascending order.
  std::vector<Range> missing() const;
  // Modes with a negative frequency, so far.
  std::int64_t imaginary() const { return imaginary_; }

 private:
  void stream();
  void fill_window();
  void send_next();
  void send(const Range& chunk, bool with_points);
  void store(const Response& response, const Range& chunk);
  void cancel();

  Connection& connection_;
  const OpenedJob& job_;
  Quantity quantity_;
  const Points& points_;
  const Outputs& outputs_;
  std::vector<Range> waiting_;               // not sent yet, last first
  std::map<std::int64_t, Range> under_way_;  // by request id
  Wait wait_;
  ProgressClock progress_;
  std::size_t done_ = 0;
  std::int64_t imaginary_ = 0;
};

}  // namespace euphonic::wire
