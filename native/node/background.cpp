#include "node/background.h"

#include <utility>

namespace euphonic::node {

void Background::run(std::function<void()> task, std::shared_ptr<std::atomic<bool>> cancelled) {
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
  running_.push_back({std::move(thread), std::move(finished), std::move(cancelled)});
}

void Background::stop() {
  for (Running& running : running_)
    if (running.cancelled) *running.cancelled = true;
  for (Running& running : running_) running.thread.join();
  running_.clear();
}

}  // namespace euphonic::node
