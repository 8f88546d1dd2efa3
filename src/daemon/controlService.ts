/** The methods of the control socket: none of them waits for anything. */
import type { ControlMethod, Status } from '../protocol/messages.js';
import type { Daemon } from './daemon.js';
import { Service } from './service.js';
import type { WorkService } from './workService.js';

/** Answers that may wait for one peer; they are small. */
const CONTROL_SEND_HIGH_WATER_MARK = 1000;

export class ControlService extends Service<ControlMethod> {
  constructor(daemon: Daemon, work: WorkService) {
    super({
      log: daemon.log,
      handlers: {
        ping: ({ answer }) => answer({}),
        status: ({ answer }) => answer(status(daemon, work, this)),
        'job.cancel': ({ params, answer }) =>
          answer({ cancelled: daemon.jobs.cancel(params.job) || daemon.debyeWaller.cancel(params.job) }),
        shutdown: async ({ answer }) => {
          await answer({});
          daemon.shutdown('asked by a client');
        },
      },
      sendHighWaterMark: CONTROL_SEND_HIGH_WATER_MARK,
    });
  }
}

function status(daemon: Daemon, work: WorkService, control: ControlService): Status {
  const { executor, connection, jobs, authentication } = daemon;
  const { version, protocol, host, pid } = connection;
  return {
    pid,
    version,
    protocol,
    host,
    uptime_s: (performance.now() - daemon.startedAt) / 1000,
    threads: executor.threads,
    threads_reason: executor.threadsReason,
    simd: executor.simd,
    memory_bytes: process.memoryUsage.rss(),
    models: daemon.models.list(),
    jobs: [...jobs.list(), ...daemon.debyeWaller.list()],
    endpoints: { work: connection.work, control: connection.control },
    last_job: jobs.lastJob,
    counters: {
      ...jobs.counters,
      clients: work.peerCount,
      requests: work.counters.requests + control.counters.requests,
      messages_refused: work.counters.refused + control.counters.refused,
      errors: work.counters.errors + control.counters.errors,
      connections_accepted: authentication.counters.accepted,
      connections_refused: authentication.counters.refused,
    },
    log: daemon.paths.log,
  };
}
