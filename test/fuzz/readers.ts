/**
 * Damages samples of every format at random and reads them: each must give a model or a typed error, soon and in little
 * memory. `node --import=tsx test/fuzz/readers.ts [MUTATIONS] [FORMAT…]`, by default 10000 of every format (HDF5: a
 * fiftieth of that, since each starts the library anew). Exit code 1 if one did not.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../bench/materials/random.js';
import { toJson } from '../../bench/materials/write.js';
import { type ModelFile, readForceConstants, readSource } from '../../src/models/readers/index.js';
import { memorySource } from '../../src/models/readers/source.js';
import { EuphonicError } from '../../src/protocol/errors.js';
import { castepFile } from '../support/castepFile.js';
import { dataFolder } from '../support/data.js';
import { arbitraryModel } from '../support/models.js';
import { forceConstantsFile, phonopySummary } from '../support/phonopyFile.js';

const LONGEST_MS = 5000;

const folder = mkdtempSync(join(tmpdir(), 'euphonic-fuzz-'));
const fc = arbitraryModel();
const inMemory = (name: string) => (bytes: Buffer) => readSource(memorySource(bytes, `/nowhere/${name}`));

interface Format {
  sample: Buffer;
  read(bytes: Buffer): Promise<ModelFile>;
  /** part of the mutations asked for */
  share: number;
}

const formats: Record<string, Format> = {
  castep: { sample: castepFile(fc), read: inMemory('x.castep_bin'), share: 1 },
  json: { sample: Buffer.from(toJson(fc)), read: inMemory('x.json'), share: 1 },
  gzip: { sample: gzipSync(toJson(fc)), read: inMemory('x.json.gz'), share: 1 },
  phonopy: { sample: Buffer.from(phonopySummary(fc)), read: inMemory('phonopy.yaml'), share: 1 },
  xz: {
    sample: readFileSync(new URL('../golden/phonopy/orbits/phonopy.yaml.xz', import.meta.url)),
    read: inMemory('phonopy.yaml.xz'),
    share: 1,
  },
  force_constants: {
    sample: Buffer.from(forceConstantsFile(fc, false)),
    read: (bytes) => {
      writeFileSync(join(folder, 'phonopy.yaml'), phonopySummary(fc, { forceConstants: false }));
      writeFileSync(join(folder, 'FORCE_CONSTANTS'), bytes);
      return readForceConstants(folder);
    },
    share: 1,
  },
};
const vasp = join(dataFolder, 'vasp', 'GaAs_vaspout.h5');
if (existsSync(vasp)) {
  const path = join(folder, 'vaspout.h5');
  const read = (bytes: Buffer) => {
    writeFileSync(path, bytes);
    return readForceConstants(path);
  };
  formats.hdf5 = { sample: readFileSync(vasp), read, share: 0.02 };
}

/** One kind of damage: bytes changed, bits turned, a piece taken out, doubled, or the end cut off. */
function damaged(sample: Buffer, next: () => number): Buffer {
  const at = (size: number) => Math.floor((next() + 0.5) * size);
  const [from, length] = [at(sample.length), at(Math.min(200, sample.length))];
  switch (at(5)) {
    case 0:
      return sample.subarray(0, from);
    case 1:
      return Buffer.concat([sample.subarray(0, from), sample.subarray(from + length)]);
    case 2:
      return Buffer.concat([sample.subarray(0, from), sample.subarray(Math.max(0, from - length))]);
    default: {
      const changed = Buffer.from(sample);
      for (let k = at(20); k >= 0; k--)
        changed[at(sample.length)] = at(2) ? at(256) : changed[at(sample.length)] ^ (1 << at(8));
      return changed;
    }
  }
}

const [count = '10000', ...chosen] = process.argv.slice(2);
let failures = 0;
for (const [name, { sample, read, share }] of Object.entries(formats)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const next = seededRandom(1);
  const outcomes = new Map<string, number>();
  let slowest = 0;
  await read(sample);
  const mutations = Math.ceil(Number(count) * share);
  for (let i = 0; i < mutations; i++) {
    const bytes = damaged(sample, next);
    const start = performance.now();
    const outcome = await read(bytes).then(
      () => 'read',
      (error) => {
        if (error instanceof EuphonicError) return error.code;
        console.error(`${name}, mutation ${i}:`, error);
        failures++;
        return 'failure';
      },
    );
    const ms = performance.now() - start;
    if (ms > LONGEST_MS) {
      console.error(`${name}, mutation ${i}: ${ms.toFixed(0)} ms`);
      failures++;
    }
    slowest = Math.max(slowest, ms);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const summary = [...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(
    `${name}: ${mutations} mutations of ${sample.length} bytes: ${summary}; slowest ${slowest.toFixed(0)} ms, peak memory ${peak} MiB`,
  );
}
rmSync(folder, { recursive: true });
process.exitCode = failures > 0 ? 1 : 0;
