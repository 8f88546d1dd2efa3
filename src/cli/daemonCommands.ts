/** `euphonicd start`, `stop` and `status`. */
import { Channel } from '../client/channel.js';
import { ensureDaemon, findDaemon, stopDaemon } from '../client/launcher.js';
import { runtimePaths } from '../protocol/connection.js';
import type { Status } from '../protocol/messages.js';
import { EXIT_NOT_RUNNING, EXIT_OK } from './exitCodes.js';
import { print, printJson } from './output.js';

export async function start(options: { threads?: number; json?: boolean }): Promise<number> {
  const { connection, started } = await ensureDaemon(
    options.threads === undefined ? {} : { threads: options.threads },
  );
  const { pid, version, work, control } = connection;
  if (options.json) {
    printJson({
      pid,
      version,
      started,
      endpoints: { work, control },
      connection_file: runtimePaths().connection,
    });
  } else {
    print(
      started ? `The daemon has been started (pid ${pid}).` : `The daemon is alive already (pid ${pid}).`,
    );
  }
  return EXIT_OK;
}

export async function stop(options: { json?: boolean }): Promise<number> {
  const connection = await stopDaemon();
  if (options.json) printJson({ stopped: connection !== undefined, pid: connection?.pid ?? null });
  else print(connection ? `The daemon has been stopped (pid ${connection.pid}).` : 'No daemon is alive.');
  return EXIT_OK;
}

export async function status(options: { json?: boolean }): Promise<number> {
  const connection = await findDaemon();
  if (!connection) {
    if (options.json) printJson({ running: false });
    else print('No daemon is alive.');
    return EXIT_NOT_RUNNING;
  }
  const channel = new Channel(connection, connection.control);
  try {
    const { result } = await channel.request('status', {});
    if (options.json) printJson(result);
    else print(describe(result));
    return EXIT_OK;
  } finally {
    channel.close();
  }
}

function describe(status: Status): string {
  const last = status.last_job;
  const rows: [string, string][] = [
    ['daemon', `pid ${status.pid} on ${status.host}, version ${status.version}, protocol ${status.protocol}`],
    ['up for', duration(status.uptime_s)],
    ['threads', `${status.threads} (${status.threads_reason}), ${status.simd}`],
    ['memory', `${(status.memory_bytes / 2 ** 20).toFixed(0)} MiB`],
    ['models', String(status.models.length)],
    ...status.models.map(({ source, n_atoms }): [string, string] => ['', `${source}, ${n_atoms} atoms`]),
    ['jobs', String(status.jobs.length)],
    ...status.jobs.map((job): [string, string] => [
      '',
      `${job.quantity}: ${job.points} of ${job.n_points} q-points in ${job.seconds.toFixed(1)} s`,
    ]),
    [
      'last job',
      last
        ? `${last.points} q-points, kernel ${last.kernel_seconds.toFixed(3)} s of ${last.total_seconds.toFixed(3)} s, ${last.threads} threads`
        : 'none',
    ],
    ['log', status.log],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}

/** The two largest units that are not zero. */
function duration(seconds: number): string {
  const total = Math.floor(seconds);
  const parts: [number, string][] = [
    [Math.floor(total / 86400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(' ');
}
