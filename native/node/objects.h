// The classes of src/compute/local/native.ts, one to one. JavaScript validates, C++ trusts.
#pragma once

#include <napi.h>

#include <memory>

#include "core/pool/pool.h"
#include "node/environment.h"

namespace euphonic::node {

class ModelObject : public Napi::ObjectWrap<ModelObject> {
 public:
  using Held = std::shared_ptr<const Model>;
  static Napi::Function define(Napi::Env env);
  // createModel(content): a promise of a model, copied on a thread of its own
  static Napi::Value create(const Napi::CallbackInfo& info);

  explicit ModelObject(const Napi::CallbackInfo& info);
  const Held& held() const { return held_; }

 private:
  Napi::Value bytes(const Napi::CallbackInfo& info);
  Napi::Value supercell(const Napi::CallbackInfo& info);
  Held held_;
};

// checkEwald(cellVectors, dielectric): throws where a model of them would be refused.
void check_ewald(const Napi::CallbackInfo& info);

// subtractDipolePart(content, threads): a promise of nothing; changes the content's force constants in place.
Napi::Value subtract_dipole_part(const Napi::CallbackInfo& info);

class PlanObject : public Napi::ObjectWrap<PlanObject> {
 public:
  using Held = std::shared_ptr<const Plan>;
  static Napi::Function define(Napi::Env env);

  explicit PlanObject(const Napi::CallbackInfo& info);
  const Held& held() const { return held_; }

 private:
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value bytes(const Napi::CallbackInfo& info);
  Held held_;
};

// A NativeJobOptions.
JobOptions to_job_options(const Napi::Object& given);

// What is kept of a chunk; nothing once released, though chunks under way go on with it.
class KeptObject : public Napi::ObjectWrap<KeptObject> {
 public:
  using Held = std::shared_ptr<KeptLines>;
  static Napi::Function define(Napi::Env env);

  explicit KeptObject(const Napi::CallbackInfo& info);
  const Held& held() const { return held_; }

 private:
  Napi::Value bytes(const Napi::CallbackInfo& info);
  void release(const Napi::CallbackInfo& info);
  Held held_;
};

class JobObject : public Napi::ObjectWrap<JobObject> {
 public:
  struct Held {
    std::shared_ptr<Job> job;
    std::shared_ptr<PoolHandle> pool;
  };
  static Napi::Function define(Napi::Env env);

  explicit JobObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value n_modes(const Napi::CallbackInfo& info);
  Napi::Value n_surfaces(const Napi::CallbackInfo& info);
  Napi::Value bytes_per_point(const Napi::CallbackInfo& info);
  Napi::Value bytes_per_chunk(const Napi::CallbackInfo& info);
  Napi::Value workspace_bytes(const Napi::CallbackInfo& info);
  Napi::Value table_bytes(const Napi::CallbackInfo& info);
  Napi::Value threads(const Napi::CallbackInfo& info);
  Napi::Value kept_bytes(const Napi::CallbackInfo& info);
  Napi::Value keep(const Napi::CallbackInfo& info);
  Napi::Value compute(const Napi::CallbackInfo& info);
  Napi::Value compute_here(const Napi::CallbackInfo& info);
  void cancel(const Napi::CallbackInfo& info);
  Held held_;
};

class PoolObject : public Napi::ObjectWrap<PoolObject> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit PoolObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value threads(const Napi::CallbackInfo& info);
  Napi::Value plan(const Napi::CallbackInfo& info);
  Napi::Value job(const Napi::CallbackInfo& info);
  void close(const Napi::CallbackInfo& info);
  std::shared_ptr<PoolHandle> handle_;
};

}  // namespace euphonic::node
