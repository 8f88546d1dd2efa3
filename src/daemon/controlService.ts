/** The methods of the control socket: none of them waits for anything. */
import { MAX_HEADER_BYTES } from '../protocol/limits.js';
import type { ControlMethod, Status } from '../protocol/messages.js';
import type { Daemon } from './daemon.js';
import { Service } from './sockets/service.js';
import type { WorkService } from './workService.js';

/** Answers that may wait for one peer; they are small. */
const CONTROL_SEND_HIGH_WATER_MARK = 1000;

/** Its messages are headers alone. One somewhat over their limit still gets its error. */
const CONTROL_MAX_FRAME_BYTES = 4 * MAX_HEADER_BYTES;

export class ControlService extends Service<ControlMethod> {
  constructor(daemon: Daemon, work: WorkService) {
    super({
      log: daemon.log,
      handlers: {
        ping: ({ answer }) => answer({}),
        status: ({ answer }) => answer(status(daemon, work, this)),
        'job.cancel': ({ params, answer }) => answer({ cancelled: daemon.cancel(params.job) }),
        shutdown: async ({ answer }) => {
          await answer({});
          daemon.shutdown('asked by a client');
        },
      },
      load: daemon.requestLoad,
      onError: daemon.noteError,
      socket: {
        sendHighWaterMark: CONTROL_SEND_HIGH_WATER_MARK,
        maxFrameBytes: CONTROL_MAX_FRAME_BYTES,
        security: daemon.security.socketOptions,
      },
    });
  }
}

function status(daemon: Daemon, work: WorkService, control: ControlService): Status {
  const { executor, connection, jobs, authentication, memory, config, models } = daemon;
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
    memory_limit_bytes: config.memory.bytes,
    memory_limit_reason: config.memory.reason,
    memory_committed_bytes: memory.committed,
    idle_s: daemon.idleMs / 1000,
    idle_end_s: Number.isFinite(config.idleEndMs) ? config.idleEndMs / 1000 : null,
    mechanism: connection.mechanism,
    site_config: { path: config.site.path, found: config.site.found },
    last_errors: [...daemon.lastErrors],
    models: daemon.models.list(),
    jobs: [...jobs.list(), ...daemon.debyeWaller.list()],
    endpoints: { work: connection.work, control: connection.control },
    last_job: jobs.lastJob,
    counters: {
      ...jobs.counters,
      memory_refused: memory.counters.refused,
      files_read: models.counters.read,
      models_evicted: models.counters.evicted,
      clients: work.peerCount,
      connections: work.connections + control.connections,
      requests: work.counters.requests + control.counters.requests,
      messages_refused: work.counters.refused + control.counters.refused,
      errors: work.counters.errors + control.counters.errors,
      connections_accepted: authentication.counters.accepted,
      connections_refused: authentication.counters.refused,
      connections_refused_busy: authentication.counters.refused_busy,
      answers_dropped: work.answersDropped + control.answersDropped,
    },
    log: daemon.paths.log,
  };
}
