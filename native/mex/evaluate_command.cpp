#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mex/commands.h"
#include "mex/convert.h"
#include "mex/interrupt.h"
#include "mex/wire/evaluation.h"

namespace euphonic::mex {
namespace {

using wire::Row;

// Of an evaluation: those that its quantity has are filled.
constexpr const char* kResultFields[] = {"frequencies", "structure_factors", "eigenvectors", "mode_gradients",
                                         "intensities"};

// The largest coordinate of a q-point, as check_q.m says.
constexpr double kLargestQ = 1e9;

void check_reach(const double* column, std::size_t count) {
  bool all = true;
  for (std::size_t i = 0; i < count; ++i) all &= std::abs(column[i]) <= kLargestQ;
  if (!all) throw wire::Failure(wire::failure_code::kInvalidQ, "A q-point is not finite, or out of reach.");
}

wire::Points points_from(const mxArray* cell, bool unchecked) {
  const std::size_t n = cell && mxIsCell(cell) ? mxGetNumberOfElements(cell) : 0;
  if (n != 3 && n != 6) {
    throw wire::Failure(wire::failure_code::kInvalidArgument,
                        "The gateway expected q-points as {qh, qk, ql}.");
  }
  wire::Points points;
  for (std::size_t i = 0; i < n; ++i) {
    const mxArray* column = mxGetCell(cell, i);
    if (!column || !mxIsDouble(column) || mxIsComplex(column) || mxIsSparse(column)) {
      throw wire::Failure(unchecked ? wire::failure_code::kInvalidQ : wire::failure_code::kInvalidArgument,
                          "q-points are not real, full and double.");
    }
    const std::size_t count = mxGetNumberOfElements(column);
    if (i == 0) points.count = count;
    if (count != points.count) {
      throw wire::Failure(wire::failure_code::kInvalidArgument, "q-point arrays differ in length.");
    }
    const auto* numbers = static_cast<const double*>(mxGetData(column));
    if (unchecked && i < 3) check_reach(numbers, count);
    (i < 3 ? points.q[i] : points.directions[i - 3]) = numbers;
  }
  return points;
}

// Octave copies what a MEX function returns, but for arrays that the interpreter has made: those are filled
// in place. Making one takes a call of it and writes zeros, so small ones are copied, and so are large ones,
// whose memory is rather touched while results arrive: Ctrl-C need not wait for it.
constexpr std::size_t kMinInPlace = 4096, kMaxInPlace = std::size_t{1} << 18;

mxArray* made_by_interpreter(std::size_t rows, std::size_t columns) {
  mxArray* extents[] = {mxCreateDoubleScalar(static_cast<double>(rows)),
                        mxCreateDoubleScalar(static_cast<double>(columns))};
  mxArray* array = nullptr;
  try {
    mexCallMATLABWithTrap(1, &array, 2, extents, "zeros");
  } catch (...) {
    keep_pending();  // Ctrl-C meanwhile
  }
  for (mxArray* extent : extents) mxDestroyArray(extent);
  if (interrupted()) throw wire::Failure(wire::failure_code::kInterrupted, "Interrupted from the keyboard.");
  if (!array)
    throw wire::Failure("out_of_memory",
                        "There is no memory for " + std::to_string(rows * columns) + " results.");
  return array;
}

mxArray* allocate_matrix(std::size_t rows, std::size_t columns) {
  const std::size_t n = rows * columns;
  if (kIsOctave && n >= kMinInPlace && n <= kMaxInPlace) return made_by_interpreter(rows, columns);
  return mxCreateUninitNumericMatrix(rows, columns, mxDOUBLE_CLASS, mxREAL);
}

// n rows of n_points numbers: the cells of a 1×n cell, or the columns of an n_points × n array.
mxArray* allocate_rows(std::size_t n, std::size_t n_points, bool cells) {
  if (!cells) return allocate_matrix(n_points, n);
  mxArray* cell = mxCreateCellMatrix(1, n);
  for (std::size_t i = 0; i < n; ++i) mxSetCell(cell, i, allocate_matrix(1, n_points));
  return cell;
}

std::vector<Row> rows_of(const mxArray* array, std::size_t n, std::size_t n_points) {
  std::vector<Row> rows(n);
  for (std::size_t i = 0; i < n; ++i) {
    rows[i].first = mxIsCell(array) ? static_cast<double*>(mxGetData(mxGetCell(array, i)))
                                    : static_cast<double*>(mxGetData(array)) + i * n_points;
  }
  return rows;
}

mxArray* allocate_eigenvectors(std::size_t n_points, std::size_t n_modes) {
  mwSize extents[] = {static_cast<mwSize>(n_points), static_cast<mwSize>(n_modes),
                      static_cast<mwSize>(n_modes / 3), 3};
  return mxCreateUninitNumericArray(4, extents, mxDOUBLE_CLASS, mxCOMPLEX);
}

// The frame's order [component][mode] with points last is column-major n_points × n_modes × 3.
mxArray* allocate_gradients(std::size_t n_points, std::size_t n_modes) {
  mwSize extents[] = {static_cast<mwSize>(n_points), static_cast<mwSize>(n_modes), 3};
  return mxCreateUninitNumericArray(3, extents, mxDOUBLE_CLASS, mxREAL);
}

// The frame's order [part][component][atom][mode] with points last is column-major n_points × n_modes ×
// n_atoms × 3.
std::vector<Row> eigenvector_rows(mxArray* array, std::size_t n_points, std::size_t n_modes) {
  const ComplexParts parts = complex_parts(array);
  const std::size_t n = n_modes * n_modes;
  std::vector<Row> rows(2 * n);
  for (std::size_t i = 0; i < n; ++i) {
    rows[i] = {parts.real + i * n_points * parts.stride, parts.stride};
    rows[n + i] = {parts.imaginary + i * n_points * parts.stride, parts.stride};
  }
  return rows;
}

void take_energies(const mxArray* array, wire::Points* points) {
  if (!array || mxIsEmpty(array)) return;
  if (!mxIsDouble(array) || mxIsComplex(array) || mxIsSparse(array) ||
      mxGetNumberOfElements(array) != points->count) {
    throw wire::Failure(wire::failure_code::kInvalidArgument,
                        "Energies are not real, double and one for each q-point.");
  }
  points->energies = static_cast<const double*>(mxGetData(array));
}

// What an evaluation is asked for.
struct Asked {
  wire::Value params;
  wire::Quantity quantity;
  bool gradients, cells, both_signs;
  wire::Points points;

  explicit Asked(const Arguments& arguments) : params(value_from(arguments.at(1))) {
    const wire::Value* name = params.find("quantity");
    if (!name || !name->text()) {
      throw wire::Failure(wire::failure_code::kInvalidArgument, "The gateway expected a quantity.");
    }
    quantity = wire::quantity_named(*name->text());
    const wire::Value* wanted = params.find("mode_gradients");
    gradients = wanted && wanted->boolean() && *wanted->boolean() &&
                (quantity == wire::Quantity::frequencies || quantity == wire::Quantity::modes);
    const mxArray* options = arguments.at(4);
    const auto flag = [options](const char* name) {
      const mxArray* value = mxGetField(options, 0, name);
      return value && mxIsLogicalScalarTrue(value);
    };
    points = points_from(arguments.at(3), flag("unchecked"));
    take_energies(mxGetField(options, 0, "energies"), &points);
    points.kept = flag("points_kept");
    cells = flag("cells");
    both_signs = flag("both_signs");
  }
};

// The arrays of an evaluation, new or taken over (by copy) from one that was not completed.
class Results {
 public:
  Results(mxArray* evaluation, const Asked& asked)
      : missing{{0, asked.points.count}}, evaluation_(evaluation), asked_(asked) {}

  std::vector<wire::Range> missing;
  double imaginary = 0;
  wire::Outputs outputs;

  void allocate(const wire::OpenedJob& job) {
    const std::size_t n = job.n_modes, n_points = asked_.points.count;
    if (asked_.quantity == wire::Quantity::sqw) {
      put("intensities", allocate_rows(1, n_points, false));
    } else {
      put("frequencies", allocate_rows(n_frequencies(job), n_points, asked_.cells));
    }
    if (asked_.quantity == wire::Quantity::structure_factor) {
      put("structure_factors", allocate_rows(job.n_surfaces, n_points, asked_.cells));
    } else if (asked_.quantity == wire::Quantity::modes) {
      put("eigenvectors", allocate_eigenvectors(n_points, n));
    }
    if (asked_.gradients) put("mode_gradients", allocate_gradients(n_points, n));
  }

  void take_over(const mxArray* previous) {
    for (const char* field : kResultFields) {
      const mxArray* array = mxGetField(previous, 0, field);
      if (array && !mxIsEmpty(array)) put(field, mxDuplicateArray(array));
    }
    const mxArray* ranges = field_of(previous, "missing", "an evaluation");
    const double* range = static_cast<const double*>(mxGetData(ranges));
    missing.clear();
    for (std::size_t i = 0; i < mxGetN(ranges); ++i) {
      missing.push_back({static_cast<std::size_t>(range[2 * i]), static_cast<std::size_t>(range[2 * i + 1])});
    }
    imaginary = number_from(field_of(previous, "imaginary", "an evaluation"), "imaginary");
  }

  void find_rows(const wire::OpenedJob& job) {
    const std::size_t n = job.n_modes, n_points = asked_.points.count;
    if (asked_.quantity == wire::Quantity::sqw) {
      outputs.intensities = rows_of(mxGetField(evaluation_, 0, "intensities"), 1, n_points);
    } else {
      outputs.frequencies = rows_of(mxGetField(evaluation_, 0, "frequencies"), n_frequencies(job), n_points);
      outputs.negatives.assign(outputs.frequencies.begin() + n, outputs.frequencies.end());
      outputs.frequencies.resize(n);
    }
    if (asked_.quantity == wire::Quantity::structure_factor) {
      outputs.structure_factors =
          rows_of(mxGetField(evaluation_, 0, "structure_factors"), job.n_surfaces, n_points);
    } else if (asked_.quantity == wire::Quantity::modes) {
      outputs.eigenvectors = eigenvector_rows(mxGetField(evaluation_, 0, "eigenvectors"), n_points, n);
    }
    if (asked_.gradients)
      outputs.mode_gradients = rows_of(mxGetField(evaluation_, 0, "mode_gradients"), 3 * n, n_points);
  }

  void put_missing() {
    mxArray* array = mxCreateDoubleMatrix(2, missing.size(), mxREAL);
    double* range = static_cast<double*>(mxGetData(array));
    for (std::size_t i = 0; i < missing.size(); ++i) {
      range[2 * i] = static_cast<double>(missing[i].offset);
      range[2 * i + 1] = static_cast<double>(missing[i].count);
    }
    put("missing", array);
    put("imaginary", mxCreateDoubleScalar(imaginary));
  }

 private:
  std::size_t n_frequencies(const wire::OpenedJob& job) const {
    const bool twice = asked_.both_signs && job.n_surfaces > job.n_modes;
    return static_cast<std::size_t>(twice ? 2 * job.n_modes : job.n_modes);
  }
  void put(const char* field, mxArray* array) { mxSetField(evaluation_, 0, field, array); }

  mxArray* evaluation_;
  const Asked& asked_;
};

// Whether an earlier evaluation got as far as having arrays to go on with.
bool has_results(const mxArray* previous) {
  const mxArray* missing = previous && mxIsStruct(previous) ? mxGetField(previous, 0, "missing") : nullptr;
  return missing && !mxIsEmpty(missing);
}

// Whether the job can be taken up again, with a daemon that knows neither it nor perhaps the model.
bool can_go_on(const wire::Failure& failure) {
  for (const char* code : {wire::failure_code::kUnreachable, wire::failure_code::kNotAuthorised,
                           "shutting_down", "unknown_model", "unknown_job"}) {
    if (failure.code == code) return true;
  }
  return false;
}

// Large arrays that nobody will look at: Octave would copy them on the way out.
void drop_results(mxArray* evaluation) {
  for (const char* field : kResultFields) {
    mxDestroyArray(mxGetField(evaluation, 0, field));
    mxSetField(evaluation, 0, field, nullptr);
  }
}

// What the daemon said of the job beside its results. An older one does not say everything.
void put_remarks(const wire::OpenedJob& job, mxArray* evaluation) {
  for (const char* field : {"notes", "doubts"}) {
    const wire::Value* said = job.result.find(field);
    mxSetField(evaluation, 0, field, array_from(said ? *said : wire::Value(wire::Value::Array{})));
  }
  mxSetField(evaluation, 0, "points_kept", mxCreateDoubleScalar(static_cast<double>(job.points_kept)));
}

// Few q-points, by one request. Returns whether that was possible.
bool run_at_once(wire::Connection& connection, const Asked& asked, const Arguments& arguments,
                 const wire::Wait& wait, mxArray* evaluation) {
  const std::size_t count = asked.points.count;
  const std::size_t most =
      asked.quantity == wire::Quantity::sqw ? wire::kMaxRunIntensities : wire::kMaxRunPoints;
  if (count == 0 || count > most || has_results(arguments.at(5))) return false;
  const auto run = [&](const wire::Points& points) {
    return wire::run_job(connection, asked.params, frames_from(arguments.at(2)), points, wait);
  };
  std::optional<wire::RanJob> ran;
  try {
    ran = run(asked.points);
  } catch (const wire::Failure& failure) {
    if (!wire::are_forgotten(failure)) throw;
    wire::Points sent = asked.points;
    sent.kept = false;
    ran = run(sent);
  }
  if (!ran) return false;
  put_remarks(ran->job, evaluation);
  Results results(evaluation, asked);
  results.allocate(ran->job);
  results.find_rows(ran->job);
  const std::int64_t imaginary =
      wire::store_results(ran->response, ran->job, asked.quantity, results.outputs, {0, count});
  results.missing.clear();
  results.imaginary = static_cast<double>(imaginary);
  results.put_missing();
  return true;
}

void run(ConnectionSlot& slot, const Arguments& arguments, mxArray* evaluation) {
  Asked asked(arguments);
  const wire::Points& points = asked.points;
  wire::Connection& connection = slot.to(arguments.at(0));
  const wire::Wait wait{-1, interrupted};
  const wire::Progress progress = progress_to(mxGetField(arguments.at(4), 0, "progress"));
  // A large crystal takes a while to be planned.
  wire::ProgressClock opening(progress, points.count);
  const wire::Value* model = asked.params.find("model");
  const std::string name = model && model->text() ? *model->text() : std::string();
  const auto planned = [&] { return wire::plan_fraction(connection, name); };
  const wire::Wait patient{-1, interrupted, [&] { opening.look_at_plan(planned); }};
  if (run_at_once(connection, asked, arguments, patient, evaluation)) return;

  asked.params.set("n_points", static_cast<std::int64_t>(points.count));
  const wire::OpenedJob job = wire::open_job(connection, asked.params, frames_from(arguments.at(2)), patient);
  put_remarks(job, evaluation);
  Results results(evaluation, asked);
  const bool goes_on = has_results(arguments.at(5));
  if (goes_on) results.take_over(arguments.at(5));
  wire::EvaluationStream stream(connection, job, asked.quantity, points, results.outputs, results.missing,
                                wait, progress);
  bool are_there = goes_on;
  const auto account = [&] {
    if (!are_there) return;  // nothing to go on with
    results.missing = stream.missing();
    results.imaginary += static_cast<double>(stream.imaginary());
    results.put_missing();
  };
  try {
    stream.run([&] {
      if (!goes_on) results.allocate(job);
      are_there = true;
      results.find_rows(job);
    });
  } catch (const wire::Failure&) {
    account();
    throw;
  }
  account();
}

}  // namespace

mxArray* evaluate(ConnectionSlot& slot, const Arguments& arguments) {
  std::vector<const char*> fields = {"error", "notes", "doubts", "points_kept", "imaginary", "missing"};
  fields.insert(fields.end(), std::begin(kResultFields), std::end(kResultFields));
  mxArray* evaluation = mxCreateStructMatrix(1, 1, static_cast<int>(fields.size()), fields.data());
  try {
    run(slot, arguments, evaluation);
  } catch (const wire::Failure& failure) {
    if (failure.code == wire::failure_code::kUnreachable) slot.drop();
    if (!can_go_on(failure)) drop_results(evaluation);
    mxSetField(evaluation, 0, "error", error_struct(failure));
  }
  return evaluation;
}

}  // namespace euphonic::mex
