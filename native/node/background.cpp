#include "node/background.h"

#include <utility>

namespace euphonic::node {

void Background::run(std::function<void()> task) {
  running_.remove_if([](Running& running) {
    if (!running.finished->load(std::memory_order_acquire)) return false;
    running.thread.join();
    return true;
  });
  auto finished = std::make_shared<std::atomic<bool>>(false);
  std::thread thread([task = std::move(task), finished] {
    task();
    finished->store(true, std::memory_order_release);
  });
  running_.push_back({std::move(thread), std::move(finished)});
}

void Background::join() {
  for (Running& running : running_) running.thread.join();
  running_.clear();
}

}  // namespace euphonic::node
