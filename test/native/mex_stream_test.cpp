// The MEX gateway's connection and streamed evaluation against daemons that answer late, wrongly or
// not at all.
#include "mex_test_daemon.h"

#include <algorithm>
#include <chrono>
#include <new>

using namespace mex_test;

namespace {

// q-points and the memory for their results.
struct Work {
  explicit Work(std::size_t count, std::size_t stride = 1) : q(3, std::vector<double>(count)) {
    for (std::size_t i = 0; i < count; ++i) {
      for (int a = 0; a < 3; ++a) q[a][i] = static_cast<double>(i) + 0.25 * a;
    }
    points.count = count;
    for (int a = 0; a < 3; ++a) points.q[a] = q[a].data();
    w.assign(kModes * count * stride, -1);
    s.assign(kModes * count * stride, -1);
    for (int mode = 0; mode < kModes; ++mode) {
      outputs.frequencies.push_back({w.data() + mode * count * stride, stride});
      outputs.structure_factors.push_back({s.data() + mode * count * stride, stride});
    }
  }
  double expected(int mode, std::size_t i) const { return mode + q[0][i] + 10 * q[1][i] + 100 * q[2][i]; }
  bool complete(std::size_t stride = 1) const {
    for (int mode = 0; mode < kModes; ++mode) {
      for (std::size_t i = 0; i < points.count; ++i) {
        if (w[(mode * points.count + i) * stride] != expected(mode, i)) return false;
      }
    }
    return true;
  }

  std::vector<std::vector<double>> q;
  Points points;
  std::vector<double> w, s;
  Outputs outputs;
};

bool never() { return false; }

std::string code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Failure& failure) {
    return failure.code;
  }
  return "none";
}

// Runs a whole job; returns the code of the failure and what was missing then.
std::string run_job(Daemon& daemon, Work& work, std::vector<Range>* missing, const Wait& wait = {-1, never}) {
  Connection connection(daemon.address());
  const OpenedJob job = open_job(connection, Value::Map{}, {}, wait);
  EvaluationStream stream(connection, job, Quantity::structure_factor, work.points, work.outputs, *missing,
                          wait, {});
  const std::string code = code_of([&] { stream.run(); });
  *missing = stream.missing();
  return code;
}

}  // namespace

TEST_CASE("Chunks are put where they belong, in any order, with their neighbours", "[mex]") {
  std::vector<Sent> held;
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method != "job.compute") return honest(seen);
    // the last response first, once three are there or none is to come
    held.push_back(chunk_result(seen));
    if (held.size() < 3 && *seen.params.find("offset")->integer() != 98) return {};
    std::vector<Sent> responses(held.rbegin(), held.rend());
    held.clear();
    return responses;
  });
  const std::size_t stride = GENERATE(1, 2);
  Work work(100, stride);
  std::vector<Range> missing{{0, 100}};
  CHECK(run_job(daemon, work, &missing) == "none");
  CHECK(missing.empty());
  CHECK(work.complete(stride));
  CHECK(std::isnan(work.s[0]));               // nothing before the first point
  CHECK(work.s[7 * stride] == work.q[0][6]);  // first of the second chunk
  CHECK(work.s[6 * stride] == work.q[0][7]);  // last of the first chunk
  CHECK(std::isnan(work.s[99 * stride]));     // nothing after the last point
  if (stride == 2) CHECK(work.w[1] == -1);    // the other half of interleaved storage is untouched
}

TEST_CASE("A job without points is opened and closed", "[mex]") {
  Daemon daemon(honest);
  Work work(0);
  std::vector<Range> missing{{0, 0}};
  CHECK(run_job(daemon, work, &missing) == "none");
  CHECK(daemon.methods() == std::vector<std::string>{"job.open", "job.close"});
}

TEST_CASE("Room for results is made while the first chunks are under way", "[mex]") {
  Daemon daemon(honest);
  Work work(100);
  Connection connection(daemon.address());
  const Wait wait{-1, never};
  const OpenedJob job = open_job(connection, Value::Map{}, {}, wait);
  Outputs outputs;
  EvaluationStream stream(connection, job, Quantity::structure_factor, work.points, outputs, {{0, 100}}, wait,
                          {});
  SECTION("and they are put there") {
    stream.run([&] {
      while (!daemon.saw("job.compute")) std::this_thread::yield();
      outputs = work.outputs;
    });
    CHECK(work.complete());
  }
  SECTION("and the job is cancelled where there is none") {
    CHECK_THROWS_AS(stream.run([] { throw std::bad_alloc(); }), std::bad_alloc);
    CHECK(daemon.saw("job.cancel"));
    std::size_t left = 0;
    for (const Range& range : stream.missing()) left += range.count;
    CHECK(left == 100);
  }
}

TEST_CASE("What a lost daemon did not deliver is known, and asked of the next", "[mex]") {
  Work work(200);
  std::vector<Range> missing{{0, 200}};
  int answered = 0;
  Daemon dying([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method != "job.compute") return honest(seen);
    // every third chunk is never answered, so the window fills with the lost ones
    return ++answered % 3 == 0 ? std::vector<Sent>{} : std::vector<Sent>{chunk_result(seen)};
  });
  std::thread end([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    dying.die();
  });
  CHECK(run_job(dying, work, &missing) == failure_code::kUnreachable);
  end.join();
  std::size_t left = 0;
  for (const Range& range : missing) left += range.count;
  CHECK(left > 0);
  CHECK(left < 200);
  for (std::size_t i = 1; i < missing.size(); ++i) {
    CHECK(missing[i].offset >= missing[i - 1].offset + missing[i - 1].count);
  }
  CHECK_FALSE(work.complete());

  std::atomic<std::size_t> asked{0};
  Daemon next([&](const Seen& seen) {
    if (seen.method == "job.compute")
      asked += static_cast<std::size_t>(*seen.params.find("count")->integer());
    return honest(seen);
  });
  CHECK(run_job(next, work, &missing) == "none");
  CHECK(asked == left);
  CHECK(missing.empty());
  CHECK(work.complete());
}

TEST_CASE("Answers that break the protocol end the job", "[mex]") {
  const int fault = GENERATE(0, 1, 2, 3);
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method != "job.compute") return honest(seen);
    Sent sent = chunk_result(seen);
    if (fault == 0) sent.frames[0].pop_back();  // fewer bytes than described
    if (fault == 1) sent.frames.pop_back();     // a frame too few
    if (fault == 2) {                           // other q-points than asked for
      Seen other = seen;
      other.params = Value::Map{{"offset", 1}, {"count", *seen.params.find("count")->integer()}};
      sent = chunk_result(other);
    }
    if (fault == 3) sent.header = "\xc1";
    return {sent};
  });
  Work work(50);
  std::vector<Range> missing{{0, 50}};
  CHECK(run_job(daemon, work, &missing) == failure_code::kBadMessage);
  CHECK(missing.front().offset == 0);
  CHECK(daemon.saw("job.cancel"));
}

TEST_CASE("A refused chunk ends the job with the daemon's own words", "[mex]") {
  Daemon daemon([](const Seen& seen) -> std::vector<Sent> {
    if (seen.method == "job.compute" && *seen.params.find("offset")->integer() == 21) {
      return {refusal(seen, "over_capacity")};
    }
    return honest(seen);
  });
  Work work(50);
  std::vector<Range> missing{{0, 50}};
  CHECK(run_job(daemon, work, &missing) == "over_capacity");
  CHECK(daemon.saw("job.cancel"));
}

TEST_CASE("A response to an unreadable request ends the wait", "[mex]") {
  Daemon daemon([](Seen seen) -> std::vector<Sent> {
    seen.id = -1;
    return {refusal(seen, "bad_message")};
  });
  Connection connection(daemon.address());
  CHECK(code_of([&] { connection.work().call("hello", Value::Map{}, {}, {-1, never}); }) == "bad_message");
}

TEST_CASE("An interrupt cancels the job and is quick", "[mex][timing]") {
  static std::atomic<bool> pressed;
  pressed = false;
  Daemon daemon([](const Seen& seen) -> std::vector<Sent> {
    return seen.method == "job.compute" ? std::vector<Sent>{} : honest(seen);
  });
  Work work(50);
  std::vector<Range> missing{{0, 50}};
  std::chrono::steady_clock::time_point at;
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    at = std::chrono::steady_clock::now();
    pressed = true;
  });
  CHECK(run_job(daemon, work, &missing, {-1, [] { return pressed.load(); }}) == failure_code::kInterrupted);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - at).count();
  user.join();
  CHECK(seconds < 0.25);
  CHECK(daemon.saw("job.cancel"));
}

TEST_CASE("What is interrupted before it has a name is cancelled by its ticket", "[mex]") {
  static std::atomic<bool> pressed;
  pressed = false;
  std::string ticket, cancelled;
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method == "job.cancel") cancelled = *seen.params.find("job")->text();
    if (seen.method != "job.open") return honest(seen);
    ticket = *seen.params.find("ticket")->text();
    pressed = true;
    return {};
  });
  Connection connection(daemon.address());
  CHECK(code_of([&] {
          open_job(connection, Value::Map{}, {}, {-1, [] { return pressed.load(); }});
        }) == failure_code::kInterrupted);
  daemon.die();
  CHECK(ticket.size() == 32);
  CHECK(cancelled == ticket);
}

TEST_CASE("Broadened intensities travel with their energies", "[mex]") {
  Daemon daemon([](const Seen& seen) -> std::vector<Sent> {
    if (seen.method != "job.compute") return honest(seen);
    const std::int64_t offset = *seen.params.find("offset")->integer(),
                       count = *seen.params.find("count")->integer();
    std::vector<double> intensities;
    for (std::int64_t i = 0; i < count; ++i) intensities.push_back(seen.qpts[i] * seen.energies.at(i));
    Value frame =
        Value::Map{{"name", "intensities"}, {"dtype", "<f8"}, {"shape", Value::Array{count}}, {"order", "C"}};
    Value values = Value::Map{{"offset", offset}, {"count", count}, {"imaginary", 0}};
    Value header = Value::Map{{"v", 1}, {"id", seen.id}, {"result", values}, {"frames", Value::Array{frame}}};
    return {{header_of(header), {intensities}}};
  });
  Work work(100);
  std::vector<double> energies(100), intensities(100, -1);
  for (std::size_t i = 0; i < 100; ++i) energies[i] = 0.5 * static_cast<double>(i) + 1;
  work.points.energies = energies.data();
  Outputs outputs;
  outputs.intensities = {{intensities.data(), 1}};
  const Wait wait{-1, never};
  Connection connection(daemon.address());
  const OpenedJob job = open_job(connection, Value::Map{}, {}, wait);
  EvaluationStream stream(connection, job, Quantity::sqw, work.points, outputs, {{0, 100}}, wait, {});
  stream.run();
  for (std::size_t i = 0; i < 100; ++i) CHECK(intensities[i] == work.q[0][i] * energies[i]);
}

TEST_CASE("Points that the daemon knows stay at home, and are sent where it has forgotten them", "[mex]") {
  std::vector<std::size_t> lengths;
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method == "job.open") {
      return {result(seen, {{"job", "j"},
                            {"n_modes", kModes},
                            {"n_surfaces", kModes},
                            {"chunk_points", 40},
                            {"window", 2},
                            {"points_kept", 60}})};
    }
    if (seen.method != "job.compute") return honest(seen);
    lengths.push_back(seen.qpts.size());
    const std::int64_t offset = *seen.params.find("offset")->integer(),
                       count = *seen.params.find("count")->integer();
    if (offset == 40 && seen.qpts.empty()) return {refusal(seen, "unknown_points", "qpts")};
    Value frame =
        Value::Map{{"name", "intensities"}, {"dtype", "<f8"}, {"shape", Value::Array{count}}, {"order", "C"}};
    Value values = Value::Map{{"offset", offset}, {"count", count}, {"imaginary", 0}};
    Value header = Value::Map{{"v", 1}, {"id", seen.id}, {"result", values}, {"frames", Value::Array{frame}}};
    return {{header_of(header), {std::vector<double>(static_cast<std::size_t>(count), double(offset))}}};
  });
  Work work(100);
  std::vector<double> energies(100), intensities(100, -1);
  work.points.energies = energies.data();
  Outputs outputs;
  outputs.intensities = {{intensities.data(), 1}};
  const Wait wait{-1, never};
  Connection connection(daemon.address());
  const OpenedJob job = open_job(connection, Value::Map{}, {}, wait);
  CHECK(job.points_kept == 60);
  EvaluationStream stream(connection, job, Quantity::sqw, work.points, outputs, {{0, 100}}, wait, {});
  stream.run();
  for (std::size_t i = 0; i < 100; ++i) CHECK(intensities[i] == 40.0 * static_cast<double>(i / 40));
  std::sort(lengths.begin(), lengths.end());
  CHECK(lengths == std::vector<std::size_t>{0, 0, 0, 120});
}

TEST_CASE("A daemon that wants q-points in chunks is told from one that has no room", "[mex]") {
  const char *code = "", *where = "";
  std::size_t frames = 0;
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method == "job.run") frames = seen.qpts.size();
    return {refusal(seen, code, where)};
  });
  Work work(7);
  Connection connection(daemon.address());
  const auto ran = [&] {
    return run_job(connection, Value::Map{}, {}, work.points, {-1, never}).has_value();
  };
  code = "unknown_method";
  CHECK_FALSE(ran());
  CHECK(frames == 21);
  code = "too_large";
  where = "qpts";
  CHECK_FALSE(ran());
  where = "max_memory";
  CHECK(code_of(ran) == "too_large");
}

TEST_CASE("The next call does not take a late response for its own", "[mex]") {
  std::vector<Sent> late;
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    if (seen.method == "ping") {
      late.push_back(result(seen, {{"late", 1}}));
      return {};
    }
    std::vector<Sent> responses = late;
    responses.push_back(result(seen, {{"late", 0}}));
    return responses;
  });
  Connection connection(daemon.address());
  CHECK(code_of([&] {
          connection.control().call("ping", Value::Map{}, {}, {0.1, never});
        }) == failure_code::kTimeout);
  const Response response = connection.control().call("status", Value::Map{}, {}, {-1, never});
  CHECK(*response.header.result.find("late")->integer() == 0);
}

TEST_CASE("A wrong secret is told from a daemon that is not there", "[mex]") {
  Daemon daemon(honest);
  DaemonAddress address = daemon.address();
  address.secret = "guessed";
  Connection connection(address);
  CHECK(code_of([&] {
          connection.work().call("hello", Value::Map{}, {}, {-1, never});
        }) == failure_code::kNotAuthorised);
  CHECK_FALSE(daemon.saw("hello"));
}

TEST_CASE("Nobody at the endpoint is noticed at once", "[mex][timing]") {
  const auto start = std::chrono::steady_clock::now();
  const std::string nowhere = has_ipc() ? "ipc:///tmp/euphonic-wire-nobody" : "tcp://127.0.0.1:9";
  Connection connection({nowhere, nowhere, "PLAIN", "secret"});
  CHECK(code_of([&] {
          connection.work().call("hello", Value::Map{}, {}, {-1, never});
        }) == failure_code::kUnreachable);
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 1);
  const std::string long_path = "ipc:///tmp/" + std::string(120, 'x');
  Connection unusable({long_path, long_path, "PLAIN", "secret"});
  CHECK(code_of([&] { unusable.work(); }) == failure_code::kUnreachable);
  Connection other({long_path, long_path, "CURVE", "secret"});
  CHECK(code_of([&] { other.work(); }) == failure_code::kInvalidArgument);
}

TEST_CASE("Progress is told now and then, and at the end", "[mex]") {
  Daemon daemon([](const Seen& seen) {
    if (seen.method == "job.compute") std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return honest(seen);
  });
  Work work(140);
  const Wait wait{-1, never};
  Connection connection(daemon.address());
  const OpenedJob job = open_job(connection, Value::Map{}, {}, wait);
  std::vector<std::size_t> told;
  Progress progress;
  progress.report = [&](std::size_t done, std::size_t, double, double) { told.push_back(done); };
  progress.first_after = 0.05;
  progress.growth = 1.5;
  EvaluationStream stream(connection, job, Quantity::structure_factor, work.points, work.outputs, {{0, 140}},
                          wait, progress);
  stream.run();
  REQUIRE(told.size() >= 2);
  CHECK(told.size() < 10);
  CHECK(told.front() < 140);
  CHECK(told.back() == 140);
  CHECK(stream.imaginary() == 20);
}

TEST_CASE("Progress tells the end once, and nothing of no points", "[mex]") {
  int told = 0;
  Progress progress;
  progress.report = [&](std::size_t, std::size_t, double, double) { ++told; };
  progress.first_after = 0;
  ProgressClock clock(progress, 10);
  for (int k = 0; k < 5; ++k) clock.look(10);
  CHECK(told == 1);
  ProgressClock none(progress, 0);
  none.look(0);
  CHECK(told == 1);
}

TEST_CASE("Of a plan that is being made the daemon's status says how far it is", "[mex]") {
  const auto plan = [](const char* model, double fraction) {
    return Value::Map{{"model", model}, {"fraction", fraction}, {"seconds", 3.0}};
  };
  Daemon daemon([&](const Seen& seen) -> std::vector<Sent> {
    return {result(seen, {{"plans", Value::Array{plan("another", 0.75), plan("one", 0.25)}}})};
  });
  Connection connection(daemon.address());
  CHECK(plan_fraction(connection, "one") == 0.25);
  CHECK(plan_fraction(connection, "none") == -1);
  double told = 0;
  Progress progress;
  progress.report = [&](std::size_t done, std::size_t total, double, double planned) {
    CHECK(done == 0);
    CHECK(total == 14);
    told = planned;
  };
  progress.first_after = 0;
  ProgressClock(progress, 14).look_at_plan([&] { return plan_fraction(connection, "one"); });
  CHECK(told == 0.25);
}

TEST_CASE("Progress is told while nothing arrives", "[mex]") {
  Daemon daemon([](const Seen& seen) {
    if (seen.method != "ping") std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return honest(seen);
  });
  Work work(14);
  Connection connection(daemon.address());
  std::vector<std::size_t> told;
  Progress progress;
  progress.report = [&](std::size_t done, std::size_t total, double, double) {
    CHECK(total == 14);
    told.push_back(done);
  };
  progress.first_after = 0.05;
  ProgressClock opening(progress, 14);
  const OpenedJob job = open_job(connection, Value::Map{}, {}, {-1, never, [&opening] { opening.look(0); }});
  CHECK(told.size() >= 2);
  told.clear();
  EvaluationStream stream(connection, job, Quantity::structure_factor, work.points, work.outputs, {{0, 14}},
                          {-1, never}, progress);
  stream.run();
  REQUIRE(told.size() >= 2);
  CHECK(told.front() == 0);
  CHECK(told.back() == 14);
}
