// The addon's exports: the surface declared in src/compute/local/native.ts.
#include <napi.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/kernel/kernel.h"
#include "core/platform/cpu.h"
#include "node/environment.h"
#include "node/file_lock.h"
#include "node/objects.h"
#include "node/profile.h"
#if defined(_WIN32)
#include "windows/files.h"
#endif

namespace euphonic::node {

void Environment::close() {
  for (const auto& weak : pools) {
    if (const auto handle = weak.lock()) handle->pool.reset();
  }
  pools.clear();
  background.stop();
}

namespace {

Napi::Value simd_target_value(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), chosen_target());
}

Napi::Value available_threads_value(const Napi::CallbackInfo& info) {
  const ThreadBudget budget = available_threads();
  auto value = Napi::Object::New(info.Env());
  value.Set("threads", budget.threads);
  value.Set("reason", budget.reason);
  return value;
}

const char* error_name(int error) {
  switch (error) {
    case EACCES:
      return "EACCES";
    case EPERM:
      return "EPERM";
    case ENOENT:
      return "ENOENT";
    case EROFS:
      return "EROFS";
    case ENOSPC:
      return "ENOSPC";
#ifdef EDQUOT
    case EDQUOT:
      return "EDQUOT";
#endif
    case ENOLCK:
      return "ENOLCK";
    case ELOOP:
      return "ELOOP";
    case EMFILE:
      return "EMFILE";
    case ENFILE:
      return "ENFILE";
    default:
      return "EIO";
  }
}

Napi::Value lock_file(const Napi::CallbackInfo& info) {
  try {
    return Napi::Boolean::New(info.Env(), lock_file_for_life(info[0].As<Napi::String>().Utf8Value()));
  } catch (const std::system_error& error) {
    throw coded_error(info.Env(), error_name(error.code().default_error_condition().value()), error.what());
  }
}

#if defined(_WIN32)
Napi::Value file_access_value(const Napi::CallbackInfo& info) {
  try {
    const auto access = windows::file_access(info[0].As<Napi::String>().Utf8Value());
    auto value = Napi::Object::New(info.Env());
    value.Set("own", access.own);
    value.Set("othersRead", access.others_read);
    value.Set("othersWrite", access.others_write);
    return value;
  } catch (const std::system_error& error) {
    throw coded_error(info.Env(), error_name(error.code().default_error_condition().value()), error.what());
  }
}
#endif

Napi::Value least_workspace_bytes_value(const Napi::CallbackInfo& info) {
  const int n_atoms = info[0].As<Napi::Number>().Int32Value();
  const std::size_t bytes = least_workspace_bytes(n_atoms, info[1].As<Napi::Boolean>().Value());
  return Napi::Number::New(info.Env(), static_cast<double>(bytes));
}

void end_process(const Napi::CallbackInfo& info) { std::_Exit(info[0].As<Napi::Number>().Int32Value()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  // hooks run last in, first out: this one precedes the one by which Node takes the environment's
  // `main` apart
  env.AddCleanupHook([environment] { environment->close(); });
  environment->model_class = Napi::Persistent(ModelObject::define(env));
  environment->plan_class = Napi::Persistent(PlanObject::define(env));
  environment->job_class = Napi::Persistent(JobObject::define(env));
  environment->kept_class = Napi::Persistent(KeptObject::define(env));
  exports.Set("Pool", PoolObject::define(env));
  exports.Set("createModel", Napi::Function::New<&ModelObject::create>(env, "createModel"));
  exports.Set("checkEwald", Napi::Function::New<&check_ewald>(env, "checkEwald"));
  exports.Set("subtractDipolePart", Napi::Function::New<&subtract_dipole_part>(env, "subtractDipolePart"));
  exports.Set("simdTarget", Napi::Function::New<&simd_target_value>(env, "simdTarget"));
  exports.Set("availableThreads", Napi::Function::New<&available_threads_value>(env, "availableThreads"));
  exports.Set("profile", Napi::Function::New<&profile>(env, "profile"));
  exports.Set("leastWorkspaceBytes",
              Napi::Function::New<&least_workspace_bytes_value>(env, "leastWorkspaceBytes"));
  exports.Set("endProcess", Napi::Function::New<&end_process>(env, "endProcess"));
  exports.Set("lockFile", Napi::Function::New<&lock_file>(env, "lockFile"));
#if defined(_WIN32)
  exports.Set("fileAccess", Napi::Function::New<&file_access_value>(env, "fileAccess"));
#endif
  return exports;
}

}  // namespace
}  // namespace euphonic::node

static Napi::Object init_addon(Napi::Env env, Napi::Object exports) {
  return euphonic::node::init(env, exports);
}

NODE_API_MODULE(euphonic, init_addon)
