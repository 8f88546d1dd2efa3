#include "node/profile.h"

#include <exception>
#include <memory>
#include <utility>

#include "core/profile/profile.h"
#include "node/environment.h"
#include "node/objects.h"
#include "node/values.h"

namespace euphonic::node {

namespace {

Napi::Value to_value(Napi::Env env, const Profile& profile) {
  auto value = Napi::Object::New(env);
  auto stages = Napi::Array::New(env, profile.stages.size());
  for (std::uint32_t s = 0; s < profile.stages.size(); ++s) {
    const StageProfile& stage = profile.stages[s];
    auto entry = Napi::Object::New(env);
    entry.Set("name", stage.name);
    entry.Set("medianTicks", stage.median_ticks);
    entry.Set("smallestTicks", stage.smallest_ticks);
    entry.Set("operations", stage.operations);
    stages.Set(s, entry);
  }
  value.Set("stages", stages);
  value.Set("medianTicks", profile.median_ticks);
  value.Set("rotations", profile.rotations);
  value.Set("ticksPerSecond", profile.ticks_per_second);
  value.Set("peakOperationsPerTick", profile.peak_operations_per_tick);
  value.Set("batches", static_cast<double>(profile.batches));
  value.Set("batchPoints", static_cast<double>(profile.batch_points));
  return value;
}

}  // namespace

Napi::Value profile(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const PlanObject::Held plan = PlanObject::Unwrap(info[0].As<Napi::Object>())->held();
  auto job = std::make_shared<Job>(plan, to_job_options(info[1].As<Napi::Object>()));
  const auto points = info[2].As<Napi::Float64Array>();
  std::vector<double> qpts(points.Data(), points.Data() + points.ElementLength());
  const double seconds = info[3].As<Napi::Number>().DoubleValue();
  Environment& environment = Environment::of(env);
  auto settlement = std::make_shared<Settlement>(env, environment.main);
  environment.background.run([settlement, job, qpts = std::move(qpts), seconds] {
    try {
      const Profile result = profile_kernel(*job, qpts, seconds);
      settlement->settle([result](Napi::Env env) { return to_value(env, result); });
    } catch (const std::exception& error) {
      settlement->settle([message = std::string(error.what())](Napi::Env env) -> Napi::Value {
        throw coded_error(env, "internal", message);
      });
    }
  });
  return settlement->promise();
}

}  // namespace euphonic::node
