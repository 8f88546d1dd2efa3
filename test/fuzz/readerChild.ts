/**
 * The process in which files are damaged and read, so that one that crashes, hangs or takes too much memory is noticed and ended
 * by readerFuzz.ts: SAMPLE FIRST COUNT. Sends {index} before and an `Outcome` after each file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { seededRandom } from '../../crystals/random.js';
import type * as Finish from '../../src/compute/local/finishModel.js';
import type * as Readers from '../../src/models/readers/index.js';
import { dist } from '../support/dist.js';
import type { Outcome } from './readerFuzz.js';
import { damaged, samples } from './readerSamples.js';

// as the daemon runs it: compiled, so that its threads need no compiler of their own
const compiled = (module: string) => import(pathToFileURL(join(dist, module)).href);
const { readForceConstants }: typeof Readers = await compiled('models/readers/index.js');
const { finishModel }: typeof Finish = await compiled('compute/local/finishModel.js');

/** Memory now, and the most since `resetPeak`, bytes. */
function memory(): { now: number; peak: number } {
  const status = readFileSync('/proc/self/status', 'utf8');
  const kibibytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]);
  return { now: 1024 * kibibytes('VmRSS'), peak: 1024 * kibibytes('VmHWM') };
}
const resetPeak = () => writeFileSync('/proc/self/clear_refs', '5');

const [name, first, count] = process.argv.slice(2);
const sample = samples()[name];
const folder = mkdtempSync(join(tmpdir(), 'euphonic-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
sample.prepare?.(folder);
const path = join(folder, sample.read ?? sample.name);
const read = async (bytes: Buffer) => {
  writeFileSync(join(folder, sample.name), bytes);
  return finishModel(await readForceConstants(path, sample.options ?? {}));
};
await read(sample.bytes);

for (let index = Number(first); index < Number(first) + Number(count); index++) {
  // a seed for each, so that one can be repeated by itself
  const next = seededRandom(1 + index);
  for (let k = 0; k < 3; k++) next();
  const bytes = damaged(sample.bytes, next);
  process.send!({ index });
  globalThis.gc?.();
  resetPeak();
  const before = memory();
  const start = performance.now();
  const outcome = await read(bytes).then(
    () => 'read',
    (error) => {
      if (error?.name !== 'EuphonicError') return `untyped ${error?.stack ?? error}`;
      const where = `${error.where ?? ''}`;
      return where.includes(folder) ? error.code : `no file named in: ${error.message}`;
    },
  );
  const result: Outcome = {
    index,
    outcome,
    ms: performance.now() - start,
    growth: Math.max(0, memory().peak - before.now),
    size: bytes.length,
  };
  process.send!(result);
}
process.disconnect();
