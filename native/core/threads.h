// Loops that planning and the making of models spread over threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace euphonic {

// Calls visit(k) for every k < count on so many threads at most; the first exception comes out in the end.
template <class Visit>
void for_each_on_threads(int count, int n_threads, Visit visit) {
  std::atomic<int> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (int k = next++; k < count; k = next++) visit(k);
    } catch (...) {
      next = count;
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const int n_others = std::max(0, std::min(n_threads, count) - 1);
  std::vector<std::thread> threads;
  threads.reserve(n_others);  // want of memory shows before any thread runs
  try {
    for (int t = 0; t < n_others; ++t) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // the threads that there are do it
  }
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace euphonic
