#include "core/pool/pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <list>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "core/assertion.h"
#include "core/pool/job_parts.h"

namespace euphonic {

namespace {

// A worker takes about this much work at a time: long enough that the queue's lock does not matter, short
// enough to share fairly.
constexpr double kClaimSeconds = 200e-6;
constexpr std::size_t kMaxBatchesPerClaim = 64;
// Scratch memory above this is returned when a worker runs out of work.
constexpr std::size_t kIdleWorkspaceBytes = std::size_t{16} << 20;

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point t) { return std::chrono::duration<double>(t.time_since_epoch()).count(); }

}  // namespace

class Pool::Impl {
 public:
  explicit Impl(int n_threads) {
    for (int k = 0; k < n_threads; ++k) threads_.emplace_back([this] { work(); });
  }

  ~Impl() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
      for (Queue& q : queues_) q.job->cancel();
    }
    wake_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  int n_threads() const { return static_cast<int>(threads_.size()); }

  void submit(std::shared_ptr<Job> job, Chunk chunk, std::function<void(ChunkResult)> done) {
    auto task = task_of(job, std::move(chunk));
    task->done = std::move(done);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      auto queue = std::find_if(queues_.begin(), queues_.end(), [&](const Queue& q) { return q.job == job; });
      if (queue == queues_.end()) {
        queues_.emplace_back();
        queue = std::prev(queues_.end());
        queue->job = std::move(job);
        const int wanted = queue->job->options().n_threads;
        queue->limit = wanted > 0 ? std::min(wanted, n_threads()) : n_threads();
      }
      queue->tasks.push_back(std::move(task));
    }
    wake_.notify_all();
  }

  ChunkResult compute_here(std::shared_ptr<Job> job, Chunk chunk) {
    Claim c;
    c.task = task_of(std::move(job), std::move(chunk));
    c.once = std::make_shared<std::once_flag>();
    c.tables = std::make_shared<std::unique_ptr<JobTables>>();
    Task& task = *c.task;
    c.count = task.chunk.count;
    task.result.cancelled = task.job->cancelled();
    if (!task.result.cancelled) allocate(task);
    std::size_t imaginary = 0;
    if (task.is_whole()) imaginary = compute(c, here_);
    if (here_.bytes() > kIdleWorkspaceBytes) here_ = Workspace();
    take(c, imaginary);
    conclude(task, Clock::now());
    return std::move(task.result);
  }

 private:
  struct Task {
    std::shared_ptr<Job> job;
    Chunk chunk;
    std::vector<double> directions;
    std::function<void(ChunkResult)> done;
    ChunkResult result;
    std::size_t claimed = 0, finished = 0;
    Clock::time_point begin;
    bool allocated = false;

    bool is_whole() const { return !result.cancelled && result.error.empty(); }
  };

  // The chunks of one job that have points left to claim. The job's tables are made by the first worker,
  // outside the lock.
  struct Queue {
    std::shared_ptr<Job> job;
    std::deque<std::shared_ptr<Task>> tasks;
    int running = 0, limit = 1;
    double seconds_per_point = 0;
    std::shared_ptr<std::once_flag> once = std::make_shared<std::once_flag>();
    std::shared_ptr<std::unique_ptr<JobTables>> tables = std::make_shared<std::unique_ptr<JobTables>>();
  };

  struct Claim {
    std::shared_ptr<Task> task;
    std::shared_ptr<std::once_flag> once;
    std::shared_ptr<std::unique_ptr<JobTables>> tables;
    std::size_t first = 0, count = 0;
    std::vector<double> histogram;  // of these points, where the chunk has one of all
    std::string error;
    bool out_of_memory = false;
  };

  static std::shared_ptr<Task> task_of(std::shared_ptr<Job> job, Chunk chunk) {
    auto task = std::make_shared<Task>();
    if (!chunk.is_known() && job->options().splitting && job->plan().tables().dipole.present)
      task->directions = approach_directions(chunk);
    task->chunk = std::move(chunk);
    task->job = std::move(job);
    return task;
  }

  static void allocate(Task& task) {
    task.allocated = true;
    task.begin = Clock::now();
    try {
      task.result = allocate_results(*task.job, task.chunk.count);
    } catch (const std::bad_alloc&) {
      task.result.out_of_memory = true;
      task.result.error =
          "out of memory for the results of " + std::to_string(task.chunk.count) + " q-points";
    }
  }

  // The next job in turn that may use another thread. Called with the lock held.
  bool claim(Claim& out) {
    for (auto q = queues_.begin(); q != queues_.end(); ++q) {
      if (q->tasks.empty() || q->running >= q->limit) continue;
      std::shared_ptr<Task> task = q->tasks.front();
      out.task = task;
      out.once = q->once;
      out.tables = q->tables;
      out.first = task->claimed;
      out.error.clear();
      out.out_of_memory = false;
      // A block of a histogram is one worker's.
      const std::size_t block = block_points(*q->job);
      const std::size_t unit = block > 0 ? block : batch_points();
      std::size_t units = 1;
      if (q->seconds_per_point > 0)
        units = static_cast<std::size_t>(
            std::clamp(kClaimSeconds / (q->seconds_per_point * unit), 1.0, double(kMaxBatchesPerClaim)));
      out.count = std::min(unit * units, task->chunk.count - task->claimed);
      if (q->job->cancelled()) {
        out.count = task->chunk.count - task->claimed;
        task->result.cancelled = true;
      } else if (!task->allocated) {
        allocate(*task);
        if (!task->is_whole()) out.count = task->chunk.count;
      }
      task->claimed += out.count;
      if (task->claimed == task->chunk.count) q->tasks.pop_front();
      ++q->running;
      queues_.splice(queues_.end(), queues_, q);  // the others' turn first, next time
      return true;
    }
    return false;
  }

  void work() {
    Workspace workspace;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      Claim c;
      if (!claim(c)) {
        if (stopping_ && queues_.empty()) return;
        if (workspace.bytes() > kIdleWorkspaceBytes) workspace = Workspace();
        wake_.wait(lock);
        continue;
      }
      const bool run = c.task->is_whole();
      lock.unlock();
      const auto begin = Clock::now();
      std::size_t imaginary = 0;
      if (run) imaginary = compute(c, workspace);
      const auto end = Clock::now();
      lock.lock();
      finish(c, run, imaginary, begin, end, lock);
    }
  }

  // q-points of a histogram's block; 0: there are none.
  static std::size_t block_points(const Job& job) {
    return job.options().quantity == Quantity::histogram ? job.options().histogram.block_points : 0;
  }

  // Runs the kernel over a claim; an exception becomes the chunk's error.
  static std::size_t compute(Claim& c, Workspace& workspace) {
    Task& task = *c.task;
    const Job& job = *task.job;
    try {
      std::call_once(*c.once, [&] { *c.tables = std::make_unique<JobTables>(job); });
      KernelRange range = kernel_range(task.chunk, task.directions, task.result);
      const KernelJob& kernel = (*c.tables)->kernel;
      const std::size_t block = block_points(job), end = c.first + c.count;
      if (block == 0 && kernel.histogram != nullptr) {
        c.histogram.assign(job.histogram_numbers(c.count), 0.0);
        range.histogram = c.histogram.data();
      }
      const std::size_t step = block > 0 ? block : c.count;
      for (range.first = c.first; range.first < end; range.first += step) {
        range.count = std::min(step, end - range.first);
        if (block > 0) range.histogram = task.result.histogram.get() + job.histogram_numbers(range.first);
        run_kernel(kernel, range, workspace);
      }
      return range.imaginary;
    } catch (const std::bad_alloc&) {
      c.error = "out of memory for the scratch space of a thread";
      c.out_of_memory = true;
    } catch (const std::exception& e) {
      c.error = e.what();
    }
    return 0;
  }

  // Lines are whole, or remain to be filled by another chunk.
  static void settle_lines(Task& task) {
    KeptLines& kept = *task.chunk.kept;
    if (kept.filled) {
      task.result.imaginary = kept.imaginary;
    } else if (!task.result.cancelled && task.result.error.empty()) {
      kept.energies = std::move(task.chunk.energies);
      kept.imaginary = task.result.imaginary;
      kept.filled = true;
    }
  }

  static void take(Claim& c, std::size_t imaginary) {
    Task& task = *c.task;
    task.finished += c.count;
    task.result.imaginary += imaginary;
    // Exact sums: the order in which claims end does not matter.
    for (std::size_t k = 0; k < c.histogram.size(); ++k) task.result.histogram[k] += c.histogram[k];
    if (!c.error.empty()) {
      task.result.error = c.error;
      task.result.out_of_memory = c.out_of_memory;
    }
  }

  static void conclude(Task& task, Clock::time_point end) {
    task.result.begin_seconds = seconds(task.begin);
    task.result.end_seconds = seconds(end);
    if (task.chunk.kept != nullptr) settle_lines(task);
    task.result.kernel_seconds = task.allocated ? task.result.end_seconds - task.result.begin_seconds : 0;
  }

  // Called with the lock held; gives it up while the result is handed over.
  void finish(Claim& c, bool ran, std::size_t imaginary, Clock::time_point begin, Clock::time_point end,
              std::unique_lock<std::mutex>& lock) {
    Task& task = *c.task;
    take(c, imaginary);
    if (ran && task.job->cancelled()) task.result.cancelled = true;
    const auto queue =
        std::find_if(queues_.begin(), queues_.end(), [&](const Queue& q) { return q.job == task.job; });
    --queue->running;
    if (ran && c.count > 0)
      queue->seconds_per_point = std::chrono::duration<double>(end - begin).count() / c.count;
    const bool idle = queue->tasks.empty() && queue->running == 0;
    const bool waiting = !queue->tasks.empty();
    if (idle) queues_.erase(queue);
    const bool last = task.finished == task.chunk.count;
    // A job below its thread limit again may have work for a sleeping worker.
    if (waiting || stopping_) wake_.notify_all();
    if (!last) return;
    conclude(task, end);
    lock.unlock();
    task.done(std::move(task.result));
    c.task.reset();
    lock.lock();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Queue> queues_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
  Workspace here_;  // of compute_here
};

Pool::Pool(int n_threads) : impl_(std::make_unique<Impl>(std::max(1, n_threads))) {}
Pool::~Pool() = default;
int Pool::n_threads() const { return impl_->n_threads(); }
void Pool::submit(std::shared_ptr<Job> job, Chunk chunk, std::function<void(ChunkResult)> done) {
  EUPHONIC_ASSERT(job != nullptr && done != nullptr);
  assert_consistent(*job, chunk);
  impl_->submit(std::move(job), std::move(chunk), std::move(done));
}
ChunkResult Pool::compute_here(std::shared_ptr<Job> job, Chunk chunk) {
  EUPHONIC_ASSERT(job != nullptr);
  assert_consistent(*job, chunk);
  return impl_->compute_here(std::move(job), std::move(chunk));
}

}  // namespace euphonic
