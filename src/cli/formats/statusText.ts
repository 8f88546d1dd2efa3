/** What `euphonicd status` prints for people. */
import { showBytes } from '../../base/sizes.js';
import type { Status } from '../../protocol/results.js';

/** As many digits of a model's hash are enough to see that two differ. */
const MODEL_DIGITS = 8;

/** Of the latest errors; all of them are in the JSON. */
const ERRORS_SHOWN = 5;

/** `file` is the connection file by which the daemon was found. */
export function describeStatus(status: Status, file: string): string {
  const last = status.last_job;
  const { jobs, points, requests, errors } = status.counters;
  const rows: [string, string][] = [
    ['daemon', `pid ${status.pid} on ${status.host}, version ${status.version}, protocol ${status.protocol}`],
    ['up for', duration(status.uptime_s)],
    ['idle for', `${duration(status.idle_s)}, ends after ${duration(status.idle_end_s)}`],
    ['threads', `${status.threads} (${status.threads_reason}), ${status.simd}`],
    [
      'memory',
      `${showBytes(status.memory_bytes)} resident; ${showBytes(status.memory_committed_bytes)} promised of ` +
        `${showBytes(status.memory_limit_bytes)} (${status.memory_limit_reason})`,
    ],
    ['models', String(status.models.length)],
    // a file that changes, or is read in another way, is another model of the same source: the hash tells
    ...status.models.map(({ model, source, n_atoms, bytes }): [string, string] => [
      '',
      `${source}, ${plural(n_atoms, 'atom')}, ${showBytes(bytes)}, model ${model.slice(0, MODEL_DIGITS)}`,
    ]),
    // a daemon from before it told them has none
    ...(status.plans ?? []).map(({ model, fraction, seconds }): [string, string] => [
      'planning',
      `model ${model.slice(0, MODEL_DIGITS)}: ${Math.floor(100 * fraction)} % in ${seconds.toFixed(1)} s`,
    ]),
    ['jobs', String(status.jobs.length)],
    ...status.jobs.map((job): [string, string] => [
      '',
      `${job.quantity}: ${job.points} of ${job.n_points} q-points in ${job.seconds.toFixed(1)} s`,
    ]),
    [
      'last job',
      last
        ? `${plural(last.points, 'q-point')}, kernel ${last.kernel_seconds.toFixed(3)} s of ${last.total_seconds.toFixed(3)} s, ${plural(last.threads, 'thread')}`
        : 'none',
    ],
    [
      'since start',
      `${plural(jobs, 'job')}, ${plural(points, 'q-point')}, ${plural(requests, 'request')}, ${plural(errors, 'error')}`,
    ],
    ...status.last_errors
      .slice(-ERRORS_SHOWN)
      .map(({ at, method, code }, i): [string, string] => [
        i === 0 ? 'last errors' : '',
        `${at} ${method}: ${code}`,
      ]),
    ['clients', `${status.counters.clients} (${status.mechanism})`],
    ['found by', file],
    ['log', status.log],
  ];
  return rows.map(([name, value]) => `${name.padEnd(13)}${value}`).join('\n');
}

/** The two largest units that are not zero; `never` for null. */
function duration(seconds: number | null): string {
  if (seconds === null) return 'never';
  const total = Math.floor(seconds);
  const parts: [number, string][] = [
    [Math.floor(total / 86400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown
    .filter(([value], i) => i === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
