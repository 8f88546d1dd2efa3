// The threads that work on the chunks of all jobs.
#pragma once

#include <functional>
#include <memory>

#include "core/pool/job.h"

namespace euphonic {

// A fixed set of threads that takes batches of q-points from all running jobs in turn, with no barrier
// between chunks.
class Pool {
 public:
  explicit Pool(int n_threads);
  ~Pool();  // cancels what is queued and joins
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int n_threads() const;

  // Calls `done` exactly once, from one of the pool's threads.
  void submit(std::shared_ptr<Job> job, Chunk chunk, std::function<void(ChunkResult)> done);

  // Computes a chunk on the caller's thread: for so few q-points that waking one of the pool's takes as long.
  // One caller at a time.
  ChunkResult compute_here(std::shared_ptr<Job> job, Chunk chunk);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace euphonic
