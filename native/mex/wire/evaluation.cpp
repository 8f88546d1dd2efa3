#include "mex/wire/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

namespace euphonic::wire {
namespace {

// How long a cancelled job's last answers are waited for, so that the socket is clean for the next call.
constexpr double kCancelSeconds = 0.1;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t count_member(const Value& map, const char* key, std::int64_t least) {
  const Value* member = map.find(key);
  if (!member || !member->integer() || *member->integer() < least) {
    throw Failure(failure_code::kBadMessage, std::string("The daemon's response breaks the protocol: '") +
                                                 key + "' is missing or unusable.");
  }
  return *member->integer();
}

Value triple(const double* const columns[3], std::size_t i) {
  return Value::Array{columns[0][i], columns[1][i], columns[2][i]};
}

// By which the daemon knows a calculation that has no other name yet: 128 random bits.
std::string new_ticket() {
  std::random_device random;
  char text[33];
  std::snprintf(text, sizeof text, "%08x%08x%08x%08x", random(), random(), random(), random());
  return text;
}

void cancel_by_name(Connection& connection, const std::string& name) {
  try {
    connection.control().call("job.cancel", Value::Map{{"job", name}}, {}, {kCancelSeconds, nullptr});
  } catch (const Failure&) {
    // The daemon has gone or is slow: it drops the work of clients that have gone, and late
    // answers are recognised.
  }
}

// An array of what the daemon says of itself; empty where it does not say so in time.
Value::Array status_array(Connection& connection, const char* key) {
  try {
    const Response response =
        connection.control().call("status", Value::Map{}, {}, {kCancelSeconds, nullptr});
    const Value* found = response.header.result.find(key);
    if (found && found->array()) return *found->array();
  } catch (const Failure&) {
    // Progress is not worth an error: what waits for the result finds out what is wrong.
  }
  return {};
}

// What of a calculation by this name is done, and how much there is, as far as the daemon says so in time.
std::pair<std::size_t, std::size_t> progress_of(Connection& connection, const std::string& name) {
  for (const Value& job : status_array(connection, "jobs")) {
    const Value* own = job.find("job");
    if (!own || !own->text() || *own->text() != name) continue;
    const auto count = [&](const char* key) {
      const Value* member = job.find(key);
      return static_cast<std::size_t>(std::max(0.0, member ? member->number() : 0.0));
    };
    return {count("points"), count("n_points")};
  }
  return {0, 0};
}

// Columns' [offset, offset + count) as one [3, count] frame.
OutgoingFrame columns_frame(const char* name, const double* const columns[3], const Range& range) {
  OutgoingFrame frame{{name, DType::f8, {3, range.count}}, Part(3 * range.count * sizeof(double))};
  char* out = static_cast<char*>(frame.data.data());
  for (int a = 0; a < 3; ++a) {
    const std::size_t bytes = range.count * sizeof(double);
    std::memcpy(out + a * bytes, columns[a] + range.offset, bytes);
  }
  return frame;
}

void add_points(std::vector<OutgoingFrame>* frames, const Points& points, const Range& range) {
  frames->push_back(columns_frame("qpts", points.q, range));
  if (points.directions[0]) frames->push_back(columns_frame("directions", points.directions, range));
  if (points.energies) {
    frames->push_back({{"energies", DType::f8, {range.count}},
                       Part(points.energies + range.offset, range.count * sizeof(double))});
  }
}

OpenedJob described(Value result) {
  OpenedJob job;
  job.n_modes = static_cast<int>(count_member(result, "n_modes", 1));
  job.n_surfaces = static_cast<int>(count_member(result, "n_surfaces", 0));
  job.chunk_points = static_cast<std::size_t>(count_member(result, "chunk_points", 1));
  job.window = static_cast<std::size_t>(count_member(result, "window", 1));
  if (result.find("points_kept"))
    job.points_kept = static_cast<std::size_t>(count_member(result, "points_kept", 0));
  job.result = std::move(result);
  return job;
}

// A frame may lie at any byte address, so nothing is read through a double pointer.
void copy_rows(const Part& part, const std::vector<Row>& rows, const Range& range) {
  const char* source = static_cast<const char*>(part.data());
  for (const Row& row : rows) {
    double* out = row.first + range.offset * row.stride;
    if (row.stride == 1) {
      std::memcpy(out, source, range.count * sizeof(double));
    } else {
      for (std::size_t i = 0; i < range.count; ++i) {
        std::memcpy(out + i * row.stride, source + i * sizeof(double), sizeof(double));
      }
    }
    source += range.count * sizeof(double);
  }
}

// Of as many rows as there are in `out`.
void negate_rows(const std::vector<Row>& rows, const std::vector<Row>& out, const Range& range) {
  for (std::size_t row = 0; row < out.size(); ++row) {
    const double* source = rows[row].first + range.offset;
    double* target = out[row].first + range.offset;
    for (std::size_t i = 0; i < range.count; ++i) target[i] = -source[i];
  }
}

}  // namespace

Quantity quantity_named(const std::string& name) {
  if (name == "frequencies") return Quantity::frequencies;
  if (name == "structure_factor") return Quantity::structure_factor;
  if (name == "modes") return Quantity::modes;
  if (name == "sqw") return Quantity::sqw;
  throw Failure(failure_code::kInvalidArgument, "There is no quantity named '" + name + "'.");
}

Response call_with_ticket(Connection& connection, const std::string& method, Value params,
                          std::vector<OutgoingFrame> frames, const Wait& wait, Progress progress) {
  const std::string ticket = new_ticket();
  params.set("ticket", ticket);
  Wait watching = wait;
  ProgressClock clock(progress, 0);
  if (progress.report) {
    watching.idle = [&] { clock.look_at([&] { return progress_of(connection, ticket); }); };
  }
  try {
    return connection.work().call(method, params, std::move(frames), watching);
  } catch (const Failure& failure) {
    if (failure.code == failure_code::kInterrupted) cancel_by_name(connection, ticket);
    throw;
  }
}

OpenedJob open_job(Connection& connection, const Value& params, std::vector<OutgoingFrame> frames,
                   const Wait& wait) {
  OpenedJob job =
      described(call_with_ticket(connection, "job.open", params, std::move(frames), wait).header.result);
  const Value* name = job.result.find("job");
  if (!name || !name->text()) count_member(job.result, "job", 0);
  job.job = *name->text();
  return job;
}

bool are_forgotten(const Failure& failure) { return failure.code == "unknown_points"; }

std::optional<RanJob> run_job(Connection& connection, Value params, std::vector<OutgoingFrame> frames,
                              const Points& points, const Wait& wait) {
  if (points.kept) {
    params.set("count", static_cast<std::int64_t>(points.count));
  } else {
    add_points(&frames, points, {0, points.count});
  }
  try {
    Response response = call_with_ticket(connection, "job.run", params, std::move(frames), wait);
    OpenedJob job = described(response.header.result);
    return RanJob{std::move(job), std::move(response)};
  } catch (const Failure& failure) {
    if (failure.code == "unknown_method" || (failure.code == "too_large" && failure.where == "qpts"))
      return std::nullopt;
    throw;
  }
}

std::int64_t store_results(const Response& response, const OpenedJob& job, Quantity quantity,
                           const Outputs& outputs, const Range& range) {
  const auto copy = [&](const char* name, const std::vector<std::uint64_t>& shape,
                        const std::vector<Row>& rows) {
    copy_rows(response.frames[find_frame(response.header, name, DType::f8, shape)], rows, range);
  };
  const auto n_modes = static_cast<std::uint64_t>(job.n_modes);
  if (quantity == Quantity::sqw) {
    copy("intensities", {range.count}, outputs.intensities);
  } else {
    copy("frequencies", {n_modes, range.count}, outputs.frequencies);
    negate_rows(outputs.frequencies, outputs.negatives, range);
  }
  if (quantity == Quantity::structure_factor) {
    copy("structure_factors", {static_cast<std::uint64_t>(job.n_surfaces), range.count},
         outputs.structure_factors);
  } else if (quantity == Quantity::modes) {
    copy("eigenvectors", {2, 3, n_modes / 3, n_modes, range.count}, outputs.eigenvectors);
  }
  if (!outputs.mode_gradients.empty())
    copy("mode_gradients", {3, n_modes, range.count}, outputs.mode_gradients);
  return count_member(response.header.result, "imaginary", 0);
}

double plan_fraction(Connection& connection, const std::string& model) {
  for (const Value& plan : status_array(connection, "plans")) {
    const Value *own = plan.find("model"), *fraction = plan.find("fraction");
    if (own && own->text() && *own->text() == model && fraction) return fraction->number();
  }
  return -1;
}

ProgressClock::ProgressClock(Progress progress, std::size_t total)
    : progress_(std::move(progress)), total_(total), started_(now()), next_report_(progress_.first_after) {}

void ProgressClock::look(std::size_t done) {
  if (!progress_.report || finished_ || total_ == 0) return;
  const double seconds = now() - started_;
  const bool told_before = next_report_ > progress_.first_after;
  const bool last = done == total_ && told_before;
  if (seconds < next_report_ && !last) return;
  finished_ = done == total_;
  next_report_ = std::min(seconds * progress_.growth, seconds + progress_.at_least_every);
  progress_.report(done, total_, seconds, -1);
}

void ProgressClock::look_at(const std::function<std::pair<std::size_t, std::size_t>()>& counts) {
  const double seconds = now() - started_;
  if (seconds < next_report_) return;
  const auto [done, total] = counts();
  next_report_ = std::min(seconds * progress_.growth, seconds + progress_.at_least_every);
  if (total > 0) progress_.report(done, total, seconds, -1);
}

void ProgressClock::look_at_plan(const std::function<double()>& fraction) {
  const double seconds = now() - started_;
  if (!progress_.report || seconds < next_report_) return;
  const double planned = fraction();
  next_report_ = std::min(seconds * progress_.growth, seconds + progress_.at_least_every);
  progress_.report(0, total_, seconds, planned);
}

EvaluationStream::EvaluationStream(Connection& connection, const OpenedJob& job, Quantity quantity,
                                   const Points& points, const Outputs& outputs,
                                   const std::vector<Range>& missing, Wait wait, Progress progress)
    : connection_(connection),
      job_(job),
      quantity_(quantity),
      points_(points),
      outputs_(outputs),
      wait_(wait),
      progress_(std::move(progress), points.count) {
  done_ = points_.count;
  for (auto range = missing.rbegin(); range != missing.rend(); ++range) {
    if (range->count > 0) waiting_.push_back(*range);
    done_ -= range->count;
  }
}

std::vector<Range> EvaluationStream::missing() const {
  std::vector<Range> ranges(waiting_.rbegin(), waiting_.rend());
  for (const auto& [id, range] : under_way_) ranges.push_back(range);
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.offset < b.offset; });
  return ranges;
}

void EvaluationStream::send_next() {
  Range& rest = waiting_.back();
  const Range chunk{rest.offset, std::min(rest.count, job_.chunk_points)};
  send(chunk, job_.points_kept == 0);
  rest.offset += chunk.count;
  rest.count -= chunk.count;
  if (rest.count == 0) waiting_.pop_back();
}

void EvaluationStream::send(const Range& chunk, bool with_points) {
  Value params = Value::Map{{"job", job_.job},
                            {"offset", static_cast<std::int64_t>(chunk.offset)},
                            {"count", static_cast<std::int64_t>(chunk.count)}};
  if (chunk.offset > 0) params.set("before", triple(points_.q, chunk.offset - 1));
  const std::size_t end = chunk.offset + chunk.count;
  if (end < points_.count) params.set("after", triple(points_.q, end));
  std::vector<OutgoingFrame> frames;
  if (with_points) add_points(&frames, points_, chunk);
  under_way_[connection_.work().send("job.compute", params, std::move(frames))] = chunk;
}

void EvaluationStream::store(const Response& response, const Range& chunk) {
  const Value& result = response.header.result;
  if (count_member(result, "offset", 0) != static_cast<std::int64_t>(chunk.offset) ||
      count_member(result, "count", 0) != static_cast<std::int64_t>(chunk.count)) {
    throw Failure(failure_code::kBadMessage,
                  "The daemon answered with other q-points than it was asked for.");
  }
  imaginary_ += store_results(response, job_, quantity_, outputs_, chunk);
  done_ += chunk.count;
}

void EvaluationStream::fill_window() {
  while (under_way_.size() < job_.window && !waiting_.empty()) send_next();
}

void EvaluationStream::stream() {
  for (;;) {
    fill_window();
    if (under_way_.empty()) return;
    const Response response = connection_.work().receive(wait_);
    const auto request = under_way_.find(response.header.id);
    if (request == under_way_.end() && !response.header.concerns_all())
      continue;  // of an earlier, abandoned call
    if (response.header.error && !are_forgotten(*response.header.error)) throw *response.header.error;
    const Range chunk = request->second;
    if (response.header.error) {
      send(chunk, true);
    } else {
      store(response, chunk);
    }
    under_way_.erase(request);
    progress_.look(done_);
  }
}

void EvaluationStream::cancel() {
  const double deadline = now() + kCancelSeconds;
  cancel_by_name(connection_, job_.job);
  try {
    auto open = under_way_;
    while (!open.empty() && now() < deadline) {
      open.erase(connection_.work().receive({deadline - now(), nullptr}).header.id);
    }
  } catch (const Failure&) {
    // The daemon did not manage in time, or has gone: late answers are recognised by their id and dropped.
  }
}

void EvaluationStream::run(const std::function<void()>& prepare) {
  wait_.idle = [this] { progress_.look(done_); };
  try {
    fill_window();
    prepare();
    stream();
    connection_.work().call("job.close", Value::Map{{"job", job_.job}}, {}, wait_);
  } catch (const Failure& failure) {
    if (failure.code != failure_code::kUnreachable) cancel();
    throw;
  } catch (...) {
    cancel();
    throw;
  }
}

}  // namespace euphonic::wire
