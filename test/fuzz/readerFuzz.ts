/** Damages good files at random and reads them: each must give a model or a typed error, soon and in little memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { samples } from './readerSamples.js';

/** A file that takes longer counts as a hang. */
const LONGEST_MS = 5000;
/** Reading may take this many times the file's size, */
const SIZE_FACTOR = 4;
/** and this many bytes more. */
const MEMORY_ALLOWANCE = 64 * 2 ** 20;
/** The process needs this long to start on a busy machine. */
const START_MS = 60_000;
/** MiB: JavaScript's own limit, well above what is allowed. */
const HEAP_LIMIT = 256;

export interface Outcome {
  index: number;
  /** `read`, the code of an error, or what was wrong */
  outcome: string;
  ms: number;
  /** bytes of memory that reading took */
  growth: number;
  /** bytes of the file */
  size: number;
}

interface FuzzReport {
  name: string;
  mutations: number;
  outcomes: Map<string, number>;
  slowestMs: number;
  largestGrowth: number;
  /** what must not be, one sentence each */
  failures: string[];
  /** without an answer once: tried again, since a busy machine stands still at times */
  late: Set<number>;
}

/** `EUPHONIC_ERROR_CODES` that a damaged file may have. */
const EXPECTED = new Set([
  'read',
  'file_damaged',
  'file_format',
  'file_not_found',
  'no_force_constants',
  'invalid_argument',
  'too_large',
]);

/** Reads `mutations` damaged versions of a sample. */
export async function fuzzReader(name: string, mutations: number): Promise<FuzzReport> {
  const report: FuzzReport = {
    name,
    mutations,
    outcomes: new Map(),
    slowestMs: 0,
    largestGrowth: 0,
    failures: [],
    late: new Set(),
  };
  for (let first = 0; first < mutations; ) first = await batch(name, first, mutations - first, report);
  return report;
}

/** One process, until it is done or has to be ended; gives the index of the next mutation. */
function batch(name: string, first: number, count: number, report: FuzzReport): Promise<number> {
  const child = fork(
    fileURLToPath(new URL('./readerChild.ts', import.meta.url)),
    [name, `${first}`, `${count}`],
    {
      execArgv: ['--import=tsx', '--expose-gc', `--max-old-space-size=${HEAP_LIMIT}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let under: number | undefined;
  let done = first;
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr = `${stderr}${text}`.slice(-2000);
  });
  return new Promise((resolve) => {
    let timer = watchdog(child, START_MS);
    let hung = false;
    child.on('message', (message: { index: number } | Outcome) => {
      clearTimeout(timer);
      if ('outcome' in message) {
        judge(message, report);
        done = message.index + 1;
        under = undefined;
      } else {
        under = message.index;
      }
      timer = watchdog(child, under === undefined ? START_MS : LONGEST_MS + 1000, () => {
        hung = true;
      });
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (hung && under !== undefined && !report.late.has(under)) {
        report.late.add(under);
        done = under;
      } else if (done < first + count) {
        const why = hung
          ? `no answer within ${LONGEST_MS} ms`
          : `the process ended (${code ?? signal}): ${stderr}`;
        report.failures.push(`mutation ${under ?? done}: ${why}`);
        // the one under way is not tried again
        done = (under ?? done) + 1;
      }
      resolve(done);
    });
  });
}

function watchdog(child: ChildProcess, ms: number, onTime?: () => void): NodeJS.Timeout {
  return setTimeout(() => {
    onTime?.();
    child.kill('SIGKILL');
  }, ms);
}

function judge({ index, outcome, ms, growth, size }: Outcome, report: FuzzReport): void {
  const { outcomes, failures } = report;
  const key = EXPECTED.has(outcome) ? outcome : 'failure';
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
  report.slowestMs = Math.max(report.slowestMs, ms);
  report.largestGrowth = Math.max(report.largestGrowth, growth);
  if (key === 'failure') failures.push(`mutation ${index}: ${outcome}`);
  if (ms > LONGEST_MS) failures.push(`mutation ${index}: ${ms.toFixed(0)} ms`);
  const allowed = SIZE_FACTOR * size + MEMORY_ALLOWANCE;
  if (growth > allowed) failures.push(`mutation ${index}: ${growth} bytes of memory, ${allowed} allowed`);
}

export function describeReport({ name, mutations, outcomes, slowestMs, largestGrowth }: FuzzReport): string {
  const counts = [...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
  const mebibytes = (largestGrowth / 2 ** 20).toFixed(1);
  return `${name}: ${mutations} mutations: ${counts}; slowest ${slowestMs.toFixed(0)} ms, at most ${mebibytes} MiB`;
}

export const sampleNames = () => Object.keys(samples());
