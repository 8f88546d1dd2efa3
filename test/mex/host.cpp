// Stands in for MATLAB in tests: loads the gateway that is built for it and drives every command through it.
//   mex_host GATEWAY CONNECTION MODEL Q_FILE OUTPUT START
// CONNECTION: connection file of a daemon that runs; MODEL: file of force constants; Q_FILE: q-points, a line
// for each; OUTPUT: what is calculated at them is written there; START: a command by which another daemon is
// started. The last line is `N passed, N failed, 0 skipped`.
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <thread>

#include "matrix.h"
#include "session.h"
#include "values.h"

extern "C" std::atomic<bool>& interrupt_flag();

namespace {

using Clock = std::chrono::steady_clock;
// A call lasts so long that something can happen meanwhile: its progress is told after two seconds.
constexpr double kLongMs = 5000;
constexpr size_t kMeasured = 40000, kMost = 3000000;  // q-points

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// As `+connection/read_connection_file.m` reads the file: texts without escapes, and numbers.
std::string member(const std::string& json, const std::string& name) {
  const size_t key = json.find('"' + name + '"');
  if (key == std::string::npos) return "";
  size_t start = json.find_first_not_of(": \n", key + name.size() + 2);
  const bool quoted = json[start] == '"';
  if (quoted) ++start;
  return json.substr(start, json.find_first_of(quoted ? "\"" : ",}\n ", start) - start);
}

class Host {
 public:
  explicit Host(char** arguments)
      : session_(arguments[0]),
        connection_file_(arguments[1]),
        model_file_(arguments[2]),
        q_file_(arguments[3]),
        output_(arguments[4]),
        start_(arguments[5]) {}

  int run() {
    check("about", [&] { about(); });
    check("read_private", [&] { read_private(); });
    check("request: ping", [&] { ping(); });
    check("request: texts beyond ASCII", [&] { texts(); });
    check("request: a model and Debye-Waller tensors, as frames", [&] { load_model(); });
    check("evaluate: S(Q,w) by rows and by columns", [&] { structure_factors(); });
    check("evaluate: eigenvectors, interleaved complex", [&] { modes(); });
    check("evaluate: broadened intensities", [&] { intensities(); });
    check("what is wrong is raised, or handed back", [&] { errors(); });
    check("calls within calls", [&] { nested(); });
    check("Ctrl-C", [&] { interrupted(); });
    check("a daemon that is killed, and another that goes on", [&] { killed(); });
    check("close, and unloading", [&] { close(); });
    std::printf("%d passed, %d failed, 0 skipped\n", passed_, failed_);
    return failed_ > 0 ? 1 : 0;
  }

 private:
  void check(const char* name, const std::function<void()>& go) {
    const auto start = Clock::now();
    try {
      go();
      ++passed_;
      std::printf("ok  %s (%.1f s)\n", name, milliseconds_since(start) / 1e3);
    } catch (const std::exception& problem) {
      ++failed_;
      std::printf("failed  %s: %s\n", name, problem.what());
    }
    std::fflush(stdout);
  }

  mxArray* connection() {
    mxArray* response = session_.call({text("read_private"), text(connection_file_)});
    const std::string json = text_of(mxGetField(response, 0, "text"));
    pid_ = std::atol(member(json, "pid").c_str());
    mxArray* structure = mxCreateStructMatrix(1, 1, 0, nullptr);
    for (const char* name :
         {"work", "control", "mechanism", "secret", "server_key", "client_key", "client_secret_key"}) {
      mxAddField(structure, name);
      mxSetField(structure, 0, name, text(member(json, name)));
    }
    return structure;
  }

  static std::string code_of(const mxArray* response) {
    const mxArray* error = mxGetField(response, 0, "error");
    return error ? text_of(mxGetField(error, 0, "code")) + ": " + text_of(mxGetField(error, 0, "message"))
                 : "";
  }

  mxArray* request(const char* socket, const char* method, mxArray* params, mxArray* frames = nothing()) {
    mxArray* response = session_.call(
        {text("request"), connection(), text(socket), text(method), params, frames, number(60), nothing()});
    expect(code_of(response).empty(), std::string(method) + ": " + code_of(response));
    return response;
  }

  void about() {
    mxArray* facts = session_.call({text("about")});
    expect(numbers_of(mxGetField(facts, 0, "protocol")) == std::vector<double>{1}, "another protocol");
    expect(text_of(mxGetField(facts, 0, "zmq")) == "4.3.4", "another ZeroMQ than the one that is linked in");
    expect(!mxIsEmpty(mxGetField(facts, 0, "host")), "no name of the computer");
    expect(mxIsChar(mxGetField(facts, 0, "home")), "no home");
  }

  void read_private() {
    mxArray* found = session_.call({text("read_private"), text(connection_file_)});
    expect(code_of(found).empty(), code_of(found));
    expect(mxIsLogicalScalarTrue(mxGetField(found, 0, "found")), "no connection file");
    mxArray* none = session_.call({text("read_private"), text(u"/nowhere/J\u00f6rg \u539f\U0001d4d0")});
    expect(!mxIsLogicalScalarTrue(mxGetField(none, 0, "found")), "a file that is not there");
  }

  void ping() {
    mxArray* address = connection();
    std::vector<double> times;
    for (int i = 0; i < 200; ++i) {
      const auto start = Clock::now();
      mxArray* response =
          session_.call({text("request"), address, text("control"), text("ping"),
                         mxCreateStructMatrix(1, 1, 0, nullptr), nothing(), number(10), nothing()});
      times.push_back(milliseconds_since(start));
      expect(code_of(response).empty(), code_of(response));
    }
    std::nth_element(times.begin(), times.begin() + 100, times.end());
    std::printf("      a ping takes %.3f ms\n", times[100]);
  }

  void texts() {
    mxArray* response = session_.call({text("request"), connection(), text("work"), text("model.load"),
                                       structure({{"path", text(u"/nowhere/J\u00f6rg \u539f\U0001d4d0")}}),
                                       nothing(), number(10), nothing()});
    const mxArray* error = mxGetField(response, 0, "error");
    expect(error != nullptr, "a file that is not there is read");
    const std::u16string said =
        units_of(mxGetField(error, 0, "message")) + units_of(mxGetField(error, 0, "where"));
    expect(said.find(u"J\u00f6rg \u539f\U0001d4d0") != std::u16string::npos, "the name comes back damaged");
  }

  void load_model() {
    mxArray* response = request("work", "model.load", structure({{"path", text(model_file_)}}));
    const mxArray* summary = mxGetField(response, 0, "result");
    model_ = text_of(mxGetField(summary, 0, "model"));
    n_atoms_ = static_cast<size_t>(numbers_of(mxGetField(summary, 0, "n_atoms"))[0]);
    expect(model_.size() == 64, "the model's name is " + model_);
    response = request("work", "debye_waller",
                       structure({{"model", text(model_)},
                                  {"temperature", number(300)},
                                  {"grid", row({4, 4, 4})},
                                  {"asr", text("reciprocal")}}));
    const mxArray* tensors = mxGetField(mxGetField(response, 0, "frames"), 0, "debye_waller");
    expect(tensors && mxGetNumberOfElements(tensors) == 9 * n_atoms_, "no tensors");
    debye_waller_ = numbers_of(tensors);
    response = request("work", "model.content", structure({{"model", text(model_)}}));
    put_back(mxGetField(response, 0, "result"), mxGetField(response, 0, "frames"));
  }

  // The same model by its content: arrays of three kinds, in both directions.
  void put_back(const mxArray* result, const mxArray* content) {
    const int n = mxGetNumberOfFields(content);
    const char* names[] = {"name", "data", "shape"};
    mxArray* frames = mxCreateStructMatrix(1, static_cast<mwSize>(n), 3, names);
    for (int i = 0; i < n; ++i) {
      const mxArray* data = mxGetFieldByNumber(content, 0, i);
      std::vector<double> shape(data->extents.begin(), data->extents.end());
      // a column is what was a vector
      if (shape.size() == 2 && shape[1] == 1) shape.pop_back();
      if (shape.size() == 2 && data->type != mxINT32_CLASS && shape[0] != 3 && shape[1] != 3)
        shape.push_back(1);
      mxSetField(frames, i, "name", text(mxGetFieldNameByNumber(content, i)));
      mxSetField(frames, i, "data", mxDuplicateArray(data));
      mxSetField(frames, i, "shape", row(shape));
    }
    const mxArray* types = mxGetField(result, 0, "atom_type");
    mxArray* response =
        request("work", "model.put", structure({{"atom_type", mxDuplicateArray(types)}}), frames);
    const std::string again = text_of(mxGetField(mxGetField(response, 0, "result"), 0, "model"));
    expect(again.size() == 64, "no model");
  }

  mxArray* parameters(const char* quantity) {
    return structure({{"model", text(model_)},
                      {"quantity", text(quantity)},
                      {"asr", text("reciprocal")},
                      {"temperature", number(300)},
                      {"bose", mxCreateLogicalScalar(true)}});
  }

  mxArray* tensor_frame() {
    mxArray* data = row(debye_waller_);
    return structure({{"name", text("debye_waller")},
                      {"data", data},
                      {"shape", row({static_cast<double>(n_atoms_), 3, 3})}});
  }

  mxArray* evaluate(mxArray* params, const std::vector<std::vector<double>>& q, bool cells,
                    mxArray* progress = nothing(), mxArray* frames = nothing(), mxArray* previous = nothing(),
                    mxArray* energies = nothing()) {
    mxArray* options =
        structure({{"cells", mxCreateLogicalScalar(cells)}, {"progress", progress}, {"energies", energies}});
    return session_.call({text("evaluate"), connection(), params, frames,
                          cell({row(q[0]), row(q[1]), row(q[2])}), options, previous});
  }

  // So many q-points as take one thread of this machine kLongMs.
  std::vector<std::vector<double>> many() {
    if (long_count_ == 0) {
      const auto start = Clock::now();
      evaluate(slow(), points(kMeasured), true);
      const double count = kMeasured * kLongMs / milliseconds_since(start);
      long_count_ = static_cast<size_t>(std::min(count, static_cast<double>(kMost)));
    }
    return points(long_count_);
  }

  static std::vector<std::vector<double>> points(size_t count) {
    std::vector<std::vector<double>> q(3);
    for (size_t i = 0; i < count; ++i) {
      for (size_t a = 0; a < 3; ++a)
        q[a].push_back(0.1 + std::fmod(0.37 * (a + 1) * static_cast<double>(i), 2.9));
    }
    return q;
  }

  void structure_factors() {
    std::ifstream file(q_file_);
    std::vector<std::vector<double>> q(3);
    for (double h, k, l; file >> h >> k >> l;) {
      q[0].push_back(h), q[1].push_back(k), q[2].push_back(l);
    }
    const size_t n = q[0].size();
    expect(n > 0, "no q-points in " + q_file_);
    mxArray* by_rows = evaluate(parameters("structure_factor"), q, true, nothing(), tensor_frame());
    expect(code_of(by_rows).empty(), code_of(by_rows));
    mxArray* by_columns = evaluate(parameters("structure_factor"), q, false, nothing(), tensor_frame());
    std::ofstream out(output_);
    out.precision(17);
    for (const char* field : {"frequencies", "structure_factors"}) {
      const mxArray* rows = mxGetField(by_rows, 0, field);
      const std::vector<double> columns = numbers_of(mxGetField(by_columns, 0, field));
      for (size_t mode = 0; mode < mxGetNumberOfElements(rows); ++mode) {
        const std::vector<double> values = numbers_of(mxGetCell(rows, mode));
        expect(std::equal(values.begin(), values.end(), columns.begin() + mode * n), "rows are not columns");
        for (double value : values) out << value << ' ';
        out << '\n';
      }
    }
  }

  void modes() {
    mxArray* params = parameters("modes");
    mxAddField(params, "mode_gradients");
    mxSetField(params, 0, "mode_gradients", mxCreateLogicalScalar(true));
    mxArray* answer = evaluate(params, {{0.1, 0.2}, {0.3, 0.4}, {0.5, 0.7}}, false);
    expect(code_of(answer).empty(), code_of(answer));
    const mxArray* array = mxGetField(answer, 0, "eigenvectors");
    const size_t n_modes = 3 * n_atoms_;
    expect(mxIsComplex(array) && mxGetNumberOfElements(array) == 2 * n_modes * n_modes,
           "not complex, or of another size");
    const std::vector<double> parts = numbers_of(array);
    for (size_t first = 0; first < 2 * n_modes; ++first) {  // each q-point's each mode, of length 1
      double sum = 0;
      for (size_t i = first; i < 2 * n_modes * n_modes; i += 2 * n_modes)
        sum += parts[2 * i] * parts[2 * i] + parts[2 * i + 1] * parts[2 * i + 1];
      expect(std::abs(sum - 1) < 1e-10, "an eigenvector of length " + std::to_string(sum));
    }
    for (double slope : numbers_of(mxGetField(answer, 0, "mode_gradients")))
      expect(std::isfinite(slope), "a mode gradient that is not finite");
  }

  void intensities() {
    mxArray* params = parameters("sqw");
    for (const auto& [name, value] : {std::pair{"shape", text("gauss")}, {"width", cell({number(1.5)})}}) {
      mxAddField(params, name);
      mxSetField(params, 0, name, value);
    }
    mxArray* answer = evaluate(params, {{0.1, 0.2}, {0.3, 0.4}, {0.5, 0.7}}, false, nothing(), nothing(),
                               nothing(), row({5, 10}));
    expect(code_of(answer).empty(), code_of(answer));
    const std::vector<double> values = numbers_of(mxGetField(answer, 0, "intensities"));
    expect(values.size() == 2 && values[0] >= 0 && std::isfinite(values[0] + values[1]), "no intensities");
  }

  void errors() {
    const auto message = [&](const std::vector<mxArray*>& arguments) -> std::string {
      try {
        session_.call(arguments);
      } catch (const MexError& error) {
        return error.what();
      }
      return "nothing";
    };
    expect(message({text("nothing")}).find("EUPHONIC:gateway:failed") == 0, "an unknown command");
    expect(message({}).find("EUPHONIC:gateway:failed") == 0, "no command");
    expect(message({number(3)}).find("EUPHONIC:gateway:failed") == 0, "a number for a command");
    mxArray* unknown = session_.call({text("request"), connection(), text("work"), text("nothing"), nothing(),
                                      nothing(), number(10), nothing()});
    expect(code_of(unknown).find("unknown_method") == 0, "an unknown method: " + code_of(unknown));
    mxArray* handle = make_function([](int, mxArray**) {});
    mxArray* refused = session_.call({text("request"), connection(), text("work"), text("model.load"),
                                      structure({{"path", handle}}), nothing(), number(10), nothing()});
    expect(code_of(refused).find("invalid_argument") == 0, "a function as a path: " + code_of(refused));
    mxArray* single = evaluate(parameters("frequencies"), {{0.1}, {0.2}, {0.3, 0.4}}, false);
    expect(code_of(single).find("invalid_argument") == 0, "q-points of two lengths: " + code_of(single));
  }

  // A long call's progress function calls the gateway, which calls it again, as deep as may be and once
  // deeper. Then Ctrl-C ends the inner calls, and the outermost goes on.
  void nested() {
    constexpr int kDeepest = 8;
    int reached = 0;
    std::string refused;
    std::function<void(int)> go = [&](int depth) {
      try {
        request("control", "ping", nothing());
      } catch (const MexError& error) {
        refused = error.what();
        interrupt_flag() = true;
        return;
      }
      reached = std::max(reached, depth);
      if (!interrupt_flag())
        evaluate(slow(), many(), true, make_function([&, depth](int, mxArray**) { go(depth + 1); }));
    };
    bool been = false;
    mxArray* answer =
        evaluate(slow(), many(), true, make_function([&](int n, mxArray* in[]) {
                   expect(n == 4 && mxIsDouble(in[0]), "progress is not (done, total, seconds, planned)");
                   if (!been) go(2);
                   been = true;
                   interrupt_flag() = false;
                 }));
    expect(code_of(answer).empty(), code_of(answer));
    expect(reached == kDeepest, std::to_string(reached) + " levels were reached");
    expect(refused.find("8 levels deep") != std::string::npos, "one more was not refused: " + refused);
    for (const double value : numbers_of(mxGetCell(mxGetField(answer, 0, "frequencies"), 0)))
      expect(std::isfinite(value), "not all results came");
  }

  mxArray* slow() {
    mxArray* params = parameters("structure_factor");
    mxAddField(params, "n_threads");
    mxSetField(params, 0, "n_threads", number(1));
    return params;
  }

  void interrupted() {
    std::thread user([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      interrupt_flag() = true;
    });
    const auto start = Clock::now();
    mxArray* answer = evaluate(slow(), many(), true);
    const double milliseconds = milliseconds_since(start);
    user.join();
    interrupt_flag() = false;
    expect(code_of(answer).find("interrupted") == 0, "the call went on: " + code_of(answer));
    std::printf("      %.0f ms after it\n", milliseconds - 700);
    expect(milliseconds < 2000, "the prompt came back after " + std::to_string(milliseconds) + " ms");
    mxArray* status = request("control", "status", nothing());
    expect(mxIsEmpty(mxGetField(mxGetField(status, 0, "result"), 0, "jobs")), "a job is left");
  }

  void killed() {
    connection();
    std::thread user([pid = pid_] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2000));
      end_process(pid);
    });
    const auto q = many();
    mxArray* answer = evaluate(slow(), q, true);
    user.join();
    expect(code_of(answer).find("unreachable") == 0, "the daemon's end is not noticed: " + code_of(answer));
    expect(!mxIsEmpty(mxGetField(answer, 0, "missing")), "nothing is missing");
    const std::vector<double> missing = numbers_of(mxGetField(answer, 0, "missing"));
    double left = 0;
    for (size_t i = 1; i < missing.size(); i += 2) left += missing[i];
    expect(std::system(start_.c_str()) == 0, start_ + " failed");
    request("work", "model.load", structure({{"path", text(model_file_)}}));
    mxArray* whole = evaluate(slow(), q, true, nothing(), nothing(), answer);
    expect(code_of(whole).empty(), code_of(whole));
    expect(mxIsEmpty(mxGetField(whole, 0, "missing")), "something is missing still");
    std::printf("      with %.0f of %zu q-points to go\n", left, q[0].size());
    mxArray* anew = evaluate(slow(), q, true);
    for (size_t mode = 0; mode < 3 * n_atoms_; ++mode) {
      const auto of = [&](mxArray* from) {
        return numbers_of(mxGetCell(mxGetField(from, 0, "frequencies"), mode));
      };
      expect(of(whole) == of(anew), "results of two daemons differ");
    }
  }

  void close() {
    expect(mxIsEmpty(session_.call({text("close")})), "close returned something");
    request("control", "ping", nothing());
    session_.unload();
  }

  Session session_;
  std::string connection_file_, model_file_, q_file_, output_, start_, model_;
  std::vector<double> debye_waller_;
  size_t n_atoms_ = 0, long_count_ = 0;
  long pid_ = 0;
  int passed_ = 0, failed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 7) {
    std::fprintf(stderr, "mex_host: expected six arguments\n");
    return 2;
  }
  try {
    return Host(arguments + 1).run();
  } catch (const std::exception& problem) {
    std::printf("failed  %s\n0 passed, 1 failed, 0 skipped\n", problem.what());
    return 1;
  }
}
