// What one JavaScript environment holds of the addon.
#pragma once

#include <napi.h>

#include <memory>
#include <vector>

#include "core/pool/pool.h"
#include "node/background.h"
#include "node/main_thread.h"

namespace euphonic::node {

// A pool that can be closed while jobs still refer to it.
struct PoolHandle {
  explicit PoolHandle(int n_threads) : pool(std::make_unique<Pool>(n_threads)), threads(pool->n_threads()) {}
  std::unique_ptr<Pool> pool;  // null once closed
  const int threads;
};

struct Environment {
  explicit Environment(Napi::Env env) : main(env) {}

  MainThread main;
  Background background;
  std::vector<std::weak_ptr<PoolHandle>> pools;
  Napi::FunctionReference model_class, plan_class, job_class, kept_class;

  // Ends every thread that could post to `main`; called before the environment takes `main` apart.
  void close();

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }
};

// A JavaScript object that does nothing but hold a shared C++ one; only C++ constructs it.
template <typename Wrapper, typename Held>
Napi::Object wrap(Napi::Env env, const Napi::FunctionReference& wrapper_class, Held held) {
  return wrapper_class.New({Napi::External<Held>::New(env, &held)});
}

}  // namespace euphonic::node
