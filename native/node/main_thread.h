// The way from any thread back to the thread of the JavaScript environment.
#pragma once

#include <napi.h>

#include <cstddef>
#include <functional>
#include <string>

namespace euphonic::node {

// Runs tasks on the environment's thread, in the order in which they were posted. The event loop stays alive
// while tasks are awaited, and not a moment longer.
class MainThread {
 public:
  using Task = std::function<void(Napi::Env)>;

  explicit MainThread(Napi::Env env);
  MainThread(const MainThread&) = delete;
  MainThread& operator=(const MainThread&) = delete;

  // On the environment's thread: a task will be posted.
  void expect(Napi::Env env);

  // On any thread, once for each expect(). When the environment is going down the task is dropped without
  // being run.
  void post(Task task);

 private:
  static void run(Napi::Env env, Napi::Function, MainThread* self, Task* task);

  using Function = Napi::TypedThreadSafeFunction<MainThread, Task, &MainThread::run>;
  Function function_;
  std::size_t awaited_ = 0;
};

// A promise that another thread settles. `settle` runs on the environment's thread and returns the value to
// resolve with; a Napi::Error that it throws rejects the promise.
class Settlement {
 public:
  using Value = std::function<Napi::Value(Napi::Env)>;

  Settlement(Napi::Env env, MainThread& main) : deferred_(Napi::Promise::Deferred::New(env)), main_(main) {
    main.expect(env);
  }

  Napi::Value promise() const { return deferred_.Promise(); }

  // On the environment's thread: keeps the object alive until the promise has been settled.
  void keep(Napi::Object object) { kept_ = new Napi::ObjectReference(Napi::Persistent(object)); }

  // On any thread, exactly once.
  void settle(Value value);

 private:
  Napi::Promise::Deferred deferred_;
  MainThread& main_;
  // deleted on the environment's thread only, so a settlement that is dropped leaves it behind
  Napi::ObjectReference* kept_ = nullptr;
};

// An Error with the `code` that JavaScript reads.
Napi::Error coded_error(Napi::Env env, const char* code, const std::string& message);

}  // namespace euphonic::node
