/**
 * A process of its own that plans one crystal and says what that took: memory can be measured only where nothing else
 * takes any. Started by `plannedCrystal`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { materials } from '../../crystals/generate.js';
import { loadAddon } from '../../src/compute/local/addon.js';
import { nativeContent } from '../../src/compute/local/content.js';
import type { NativeModel } from '../../src/compute/local/native.js';
import { planBytes } from '../../src/compute/local/planMemory.js';
import { coherentScatteringLengths } from '../../src/models/scatteringLengths.js';

export interface PlannedCrystal {
  atoms: number;
  modelBytes: number;
  seconds: number;
  /** beyond what the process had with the model alone, at most and in the end */
  peakBytes: number;
  keptBytes: number;
  /** what the daemon reserves before it plans */
  promisedBytes: number;
  /** of structure factors; without q-points not measured */
  secondsPerPoint?: number;
  /** beyond the model and the plan, with all threads */
  calculationBytes?: number;
}

export interface PlannedOptions {
  asr?: 'none' | 'reciprocal' | 'realspace';
  dipole?: boolean;
  threads?: number;
  points?: number;
}

/** In which memory of arrays that are garbage has been freed. */
const SWEEP_MS = 500;

const FILE = fileURLToPath(import.meta.url);

/** Linux only: `/proc` has the memory. */
export function plannedCrystal(material: string, options: PlannedOptions = {}): PlannedCrystal {
  const args = ['--expose-gc', '--import=tsx', FILE, material, JSON.stringify(options)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

function memory(key: 'VmRSS' | 'VmHWM'): number {
  return 1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

/** Memory that `work` takes at most beyond what was there, and that it leaves. */
async function measured<T>(work: () => Promise<T>) {
  globalThis.gc?.();
  await sleep(SWEEP_MS); // V8 frees arrays on a thread of its own
  writeFileSync('/proc/self/clear_refs', '5'); // the peak begins anew
  const before = memory('VmRSS');
  const begin = performance.now();
  const value = await work();
  const seconds = (performance.now() - begin) / 1000;
  return { value, seconds, peakBytes: memory('VmHWM') - before, keptBytes: memory('VmRSS') - before };
}

/** The crystal's own arrays are gone when it has returned. */
async function nativeModel(material: string): Promise<{ model: NativeModel; types: readonly string[] }> {
  const fc = materials[material]();
  return { model: await loadAddon().createModel(nativeContent(fc)), types: fc.crystal.atomType };
}

async function plan(material: string, options: PlannedOptions): Promise<PlannedCrystal> {
  const { asr = 'none', dipole = true, threads = 2, points = 0 } = options;
  const { model, types } = await nativeModel(material);
  const pool = new (loadAddon().Pool)(threads);
  const planned = await measured(() => pool.plan(model, { asr, dipole, dipoleParameter: 1 }).plan);
  const { seconds, peakBytes, keptBytes } = planned;
  const atoms = types.length;
  const promisedBytes = planBytes(atoms, model.bytes, { asr, hasDipole: dipole });
  const result = { atoms, modelBytes: model.bytes, seconds, peakBytes, keptBytes, promisedBytes };
  if (points === 0) return result;
  const job = pool.job(planned.value, {
    quantity: 'structure_factor',
    nThreads: threads,
    splitting: true,
    scatteringLengths: coherentScatteringLengths(types),
    bose: false,
    negativeE: false,
  });
  const qpts = Float64Array.from({ length: 3 * points }, (_, k) => Math.sin(k + 1) * 3);
  const calculation = await measured(() => job.compute({ qpts }));
  pool.close();
  return {
    ...result,
    secondsPerPoint: calculation.seconds / points,
    calculationBytes: calculation.peakBytes,
  };
}

if (process.argv[1] === FILE) {
  console.log(JSON.stringify(await plan(process.argv[2], JSON.parse(process.argv[3]))));
}
