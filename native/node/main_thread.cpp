#include "node/main_thread.h"

#include <memory>
#include <string>
#include <utility>

namespace euphonic::node {

MainThread::MainThread(Napi::Env env)
    : function_(Function::New(env, "euphonic", /*maxQueueSize=*/0, /*initialThreadCount=*/1, this)) {
  function_.Unref(env);
}

void MainThread::expect(Napi::Env env) {
  if (awaited_++ == 0) function_.Ref(env);
}

void MainThread::post(Task task) {
  auto* owned = new Task(std::move(task));
  if (function_.NonBlockingCall(owned) != napi_ok) delete owned;
}

void MainThread::run(Napi::Env env, Napi::Function, MainThread* self, Task* task) {
  const std::unique_ptr<Task> owned(task);
  if (env == nullptr) return;  // the environment is going down
  if (--self->awaited_ == 0) self->function_.Unref(env);
  (*owned)(env);
}

void Settlement::settle(Value value) {
  main_.post([deferred = deferred_, kept = kept_, value = std::move(value)](Napi::Env env) {
    const Napi::HandleScope scope(env);
    delete kept;
    try {
      deferred.Resolve(value(env));
    } catch (const Napi::Error& error) {
      deferred.Reject(error.Value());
    } catch (const std::exception& error) {
      deferred.Reject(coded_error(env, "internal", error.what()).Value());
    }
  });
}

Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

}  // namespace euphonic::node
