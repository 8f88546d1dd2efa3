// Threads for single long tasks (planning, copying a model), each ended with its task and joined before the
// environment goes down.
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
  ~Background() { join(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  // On the environment's thread. The task must not throw.
  void run(std::function<void()> task);

  // Waits for every task.
  void join();

 private:
  struct Running {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> finished;
  };
  std::list<Running> running_;
};

}  // namespace euphonic::node
