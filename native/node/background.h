// Threads for single long tasks (planning, copying a model), each ended with its task, or stopped and joined
// before the environment goes down.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <thread>

namespace euphonic::node {

class Background {
 public:
  Background() = default;
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // On the environment's thread. The task must not throw; `cancelled`, if there is one, tells it to end.
  void run(std::function<void()> task, std::shared_ptr<std::atomic<bool>> cancelled = nullptr);

  // Cancels every task that can be, and waits for all.
  void stop();

 private:
  struct Running {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> finished, cancelled;
  };
  std::list<Running> running_;
};

}  // namespace euphonic::node
