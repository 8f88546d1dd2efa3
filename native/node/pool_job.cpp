#include <memory>
#include <new>
#include <utility>

#include "core/platform/memory.h"
#include "node/objects.h"
#include "node/values.h"

namespace euphonic::node {

// -- Pool
// ------------------------------------------------------------------------------------------------------------

Napi::Function PoolObject::define(Napi::Env env) {
  return DefineClass(
      env, "Pool",
      {InstanceAccessor<&PoolObject::threads>("threads"), InstanceMethod<&PoolObject::plan>("plan"),
       InstanceMethod<&PoolObject::job>("job"), InstanceMethod<&PoolObject::close>("close")});
}

PoolObject::PoolObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<PoolObject>(info),
      handle_(std::make_shared<PoolHandle>(info[0].As<Napi::Number>().Int32Value())) {
  Environment::of(info.Env()).pools.push_back(handle_);
}

Napi::Value PoolObject::threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), handle_->threads);
}

void PoolObject::close(const Napi::CallbackInfo&) { handle_->pool.reset(); }

namespace {

Quantity to_quantity(const std::string& name) {
  if (name == "frequencies") return Quantity::frequencies;
  if (name == "modes") return Quantity::modes;
  if (name == "displacements") return Quantity::displacements;
  if (name == "sqw") return Quantity::sqw;
  if (name == "histogram") return Quantity::histogram;
  return Quantity::structure_factor;
}

Broadening to_broadening(const Napi::Object& given) {
  Broadening broadening;
  const std::string shape = to_string(given, "shape");
  broadening.shape = shape == "lorentz" ? LineShape::lorentz
                     : shape == "dho"   ? LineShape::dho
                                        : LineShape::gauss;
  broadening.width = to_vector<double>(given, "width");
  broadening.scale = to_double(given, "scale");
  broadening.frequency_scale = to_double(given, "frequencyScale");
  broadening.intensity_limit = to_double(given, "intensityLimit");
  return broadening;
}

Histogram to_histogram(const Napi::Object& given) {
  Histogram histogram;
  histogram.energy_min = to_double(given, "energyMin");
  histogram.energy_max = to_double(given, "energyMax");
  histogram.bins = to_int(given, "bins");
  histogram.shares_per_atom = to_int(given, "sharesPerAtom");
  histogram.width = to_vector<double>(given, "width");
  histogram.q_width = to_double(given, "qWidth");
  if (to_string(given, "weight") == "structure_factor") histogram.weight = ModeWeight::structure_factor;
  histogram.block_points = static_cast<std::size_t>(to_double(given, "blockPoints"));
  return histogram;
}

}  // namespace

JobOptions to_job_options(const Napi::Object& given) {
  JobOptions options;
  options.quantity = to_quantity(to_string(given, "quantity"));
  options.n_threads = to_int(given, "nThreads");
  options.splitting = to_bool(given, "splitting");
  options.mode_gradients = given.Get("modeGradients").ToBoolean();
  Scattering& scattering = options.scattering;
  const std::vector<double> lengths = to_vector<double>(given, "scatteringLengths");
  for (std::size_t i = 0; i + 1 < lengths.size(); i += 2) {
    scattering.lengths.emplace_back(lengths[i], lengths[i + 1]);
  }
  scattering.debye_waller = to_vector<double>(given, "debyeWaller");
  if (given.Get("temperature").IsNumber()) scattering.temperature = to_double(given, "temperature");
  scattering.bose = to_bool(given, "bose");
  scattering.negative_e = to_bool(given, "negativeE");
  if (options.quantity == Quantity::displacements) {
    options.displacements.temperature = scattering.temperature.value_or(0);
    options.displacements.frequency_min = to_double(given, "frequencyMin");
  }
  if (given.Get("broadening").IsObject())
    options.broadening = to_broadening(given.Get("broadening").As<Napi::Object>());
  if (given.Get("histogram").IsObject())
    options.histogram = to_histogram(given.Get("histogram").As<Napi::Object>());
  return options;
}

Napi::Value PoolObject::job(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const PlanObject::Held plan = PlanObject::Unwrap(info[0].As<Napi::Object>())->held();
  JobObject::Held held{std::make_shared<Job>(plan, to_job_options(info[1].As<Napi::Object>())), handle_};
  return wrap<JobObject>(env, Environment::of(env).job_class, std::move(held));
}

// -- Job
// -------------------------------------------------------------------------------------------------------------

namespace {

// The array as a Float64Array that owns it; undefined if there is none.
Napi::Value to_array(Napi::Env env, ResultArray& array, std::size_t size) {
  if (!array) return env.Undefined();
  const std::size_t bytes = size * sizeof(double);
  // V8 counts these bytes by itself
  auto memory = Napi::ArrayBuffer::New(env, static_cast<void*>(array.release()), bytes,
                                       [](Napi::Env, void* data) { release_result(data); });
  return Napi::Float64Array::New(env, size, memory, 0);
}

Napi::Value to_value(Napi::Env env, ChunkResult& result, const Job& job) {
  if (result.cancelled) throw coded_error(env, "cancelled", "The job was cancelled.");
  if (!result.error.empty())
    throw coded_error(env, result.out_of_memory ? "out_of_memory" : "internal", result.error);
  const auto n_modes = static_cast<std::size_t>(job.n_modes());
  const auto n_surfaces = static_cast<std::size_t>(job.n_surfaces());
  const std::size_t count = result.count;
  auto value = Napi::Object::New(env);
  value.Set("frequencies", to_array(env, result.frequencies, n_modes * count));
  value.Set("structureFactors", to_array(env, result.structure_factors, n_surfaces * count));
  value.Set("eigenvectors", to_array(env, result.eigenvectors, 2 * n_modes * n_modes * count));
  value.Set("modeGradients", to_array(env, result.mode_gradients, 3 * n_modes * count));
  value.Set("displacements", to_array(env, result.displacements, 2 * n_modes * count));
  value.Set("intensities", to_array(env, result.intensities, count));
  value.Set("histogram", to_array(env, result.histogram, job.histogram_numbers(count)));
  value.Set("kernelSeconds", result.kernel_seconds);
  value.Set("startedAt", result.begin_seconds);
  value.Set("finishedAt", result.end_seconds);
  value.Set("imaginary", static_cast<double>(result.imaginary));
  return value;
}

}  // namespace

Napi::Function JobObject::define(Napi::Env env) {
  return DefineClass(
      env, "Job",
      {InstanceAccessor<&JobObject::n_modes>("nModes"), InstanceAccessor<&JobObject::n_surfaces>("nSurfaces"),
       InstanceAccessor<&JobObject::bytes_per_point>("bytesPerPoint"),
       InstanceAccessor<&JobObject::bytes_per_chunk>("bytesPerChunk"),
       InstanceAccessor<&JobObject::workspace_bytes>("workspaceBytes"),
       InstanceAccessor<&JobObject::table_bytes>("tableBytes"),
       InstanceAccessor<&JobObject::threads>("threads"), InstanceMethod<&JobObject::kept_bytes>("keptBytes"),
       InstanceMethod<&JobObject::keep>("keep"), InstanceMethod<&JobObject::compute>("compute"),
       InstanceMethod<&JobObject::compute_here>("computeHere"),
       InstanceMethod<&JobObject::cancel>("cancel")});
}

JobObject::JobObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<JobObject>(info), held_(*info[0].As<Napi::External<Held>>().Data()) {}

Napi::Value JobObject::n_modes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), held_.job->n_modes());
}

Napi::Value JobObject::n_surfaces(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), held_.job->n_surfaces());
}

Napi::Value JobObject::bytes_per_point(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_.job->bytes_per_point()));
}

Napi::Value JobObject::bytes_per_chunk(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_.job->bytes_per_chunk()));
}

Napi::Value JobObject::workspace_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_.job->workspace_bytes()));
}

Napi::Value JobObject::table_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_.job->table_bytes()));
}

Napi::Value JobObject::threads(const Napi::CallbackInfo& info) {
  const int asked = held_.job->options().n_threads;
  const int budget = held_.pool->threads;
  return Napi::Number::New(info.Env(), asked > 0 && asked < budget ? asked : budget);
}

namespace {

std::size_t to_count(const Napi::Value& value) {
  return static_cast<std::size_t>(value.As<Napi::Number>().Int64Value());
}

}  // namespace

Napi::Value JobObject::kept_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(held_.job->kept_bytes(to_count(info[0]))));
}

Napi::Value JobObject::keep(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  try {
    KeptObject::Held kept = std::make_shared<KeptLines>(*held_.job, to_count(info[0]));
    return wrap<KeptObject>(env, Environment::of(env).kept_class, std::move(kept));
  } catch (const std::bad_alloc&) {
    return env.Undefined();
  }
}

namespace {

Chunk to_chunk(const Napi::Object& given) {
  Chunk chunk;
  chunk.qpts = to_vector<double>(given, "qpts");
  chunk.count = chunk.qpts.size() / 3;
  if (given.Get("kept").IsObject()) {
    chunk.kept = KeptObject::Unwrap(given.Get("kept").As<Napi::Object>())->held();
    chunk.count = chunk.kept->count;
  }
  chunk.directions = to_vector<double>(given, "directions");
  chunk.energies = to_vector<double>(given, "energies");
  chunk.weights = to_vector<double>(given, "weights");
  chunk.before = to_point(given, "before");
  chunk.after = to_point(given, "after");
  return chunk;
}

}  // namespace

Napi::Value JobObject::compute(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Chunk chunk = to_chunk(info[0].As<Napi::Object>());
  auto settlement = std::make_shared<Settlement>(env, Environment::of(env).main);
  auto done = [settlement, job = held_.job](ChunkResult result) {
    // std::function copies what it holds, and a result cannot be copied
    auto shared = std::make_shared<ChunkResult>(std::move(result));
    settlement->settle([shared, job](Napi::Env env) { return to_value(env, *shared, *job); });
  };
  if (Pool* pool = held_.pool->pool.get()) {
    pool->submit(held_.job, std::move(chunk), std::move(done));
  } else {
    ChunkResult closed;
    closed.cancelled = true;
    done(std::move(closed));
  }
  return settlement->promise();
}

Napi::Value JobObject::compute_here(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ChunkResult result;
  if (Pool* pool = held_.pool->pool.get()) {
    result = pool->compute_here(held_.job, to_chunk(info[0].As<Napi::Object>()));
  } else {
    result.cancelled = true;
  }
  return to_value(env, result, *held_.job);
}

void JobObject::cancel(const Napi::CallbackInfo&) { held_.job->cancel(); }

// -- What is kept of a chunk
// ---------------------------------------------------------------------------------------

Napi::Function KeptObject::define(Napi::Env env) {
  return DefineClass(
      env, "KeptLines",
      {InstanceAccessor<&KeptObject::bytes>("bytes"), InstanceMethod<&KeptObject::release>("release")});
}

KeptObject::KeptObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<KeptObject>(info), held_(*info[0].As<Napi::External<Held>>().Data()) {}

Napi::Value KeptObject::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), held_ ? static_cast<double>(held_->bytes()) : 0);
}

void KeptObject::release(const Napi::CallbackInfo&) { held_.reset(); }

}  // namespace euphonic::node
