/** Large files of each kind through a daemon: the time until the model is there, and the memory that reading took. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { toJson } from '../../crystals/write.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { castepFile } from '../../test/support/castepFile.js';
import { TestDaemon } from '../../test/support/daemon.js';
import { forceConstantsFile, phonopySummary } from '../../test/support/phonopyFile.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials } from '../harness/materials.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

interface Result {
  kind: string;
  bytes: number;
  seconds: number[];
  /** of the daemon beyond what it had before, while it read; and with the model, when it had */
  peakBytes: number;
  modelBytes: number;
}

/** Kinds of files, each written into a folder; what is read in it. */
const KINDS: Readonly<Record<string, (fc: ForceConstants, folder: string) => string>> = {
  'phonopy.yaml, force constants inside': (fc, folder) => put(folder, 'phonopy.yaml', phonopySummary(fc)),
  'FORCE_CONSTANTS beside a phonopy.yaml': (fc, folder) => {
    put(folder, 'phonopy.yaml', phonopySummary(fc, { forceConstants: false }));
    return put(folder, 'FORCE_CONSTANTS', forceConstantsFile(fc, false));
  },
  '.castep_bin': (fc, folder) => put(folder, 'x.castep_bin', castepFile(fc)),
  JSON: (fc, folder) => put(folder, 'x.json', toJson(fc)),
  'JSON, gzip': (fc, folder) => put(folder, 'x.json.gz', gzipSync(toJson(fc))),
};

function put(folder: string, name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export async function reading(settings: Settings): Promise<Report> {
  const begin = circumstances();
  const [material] = await loadMaterials(settings, ['salt-200']);
  const { fc, label } = material;
  const results: Result[] = [];
  for (const [kind, write] of Object.entries(KINDS)) {
    console.error(`reading: ${kind}`);
    results.push(await measure(kind, fc, write, settings.rounds));
  }
  const rows = results.map(({ kind, bytes, seconds, peakBytes, modelBytes }) => [
    kind,
    figure(bytes / 1e6),
    figure(median(seconds)),
    figure(peakBytes / 1e6),
    figure(peakBytes / bytes),
    figure(modelBytes / 1e6),
  ]);
  const head = ['file', 'MB', 's', 'memory, MB', 'memory / file', 'kept with the model, MB'];
  return {
    workload: 'reading',
    circumstances: begin,
    settings,
    results,
    text: `${label}: ${fc.nCells} cells, ${figure((8 * fc.forceConstants.length) / 1e6)} MB of force constants as numbers.\n\n${table(head, rows)}`,
  };
}

/** Each round has a daemon of its own: it would not read a file twice. */
async function measure(
  kind: string,
  fc: ForceConstants,
  write: (fc: ForceConstants, folder: string) => string,
  rounds: number,
): Promise<Result> {
  const result: Result = { kind, bytes: 0, seconds: [], peakBytes: 0, modelBytes: 0 };
  for (let round = 0; round < rounds; round++) {
    const daemon = new TestDaemon();
    try {
      const written = write(fc, daemon.folder);
      const path = written.endsWith('FORCE_CONSTANTS') ? daemon.folder : written;
      const client = daemon.client();
      await client.ping();
      const idle = daemon.memory().now;
      const from = performance.now();
      await client.loadModel(path);
      result.seconds.push((performance.now() - from) / 1000);
      result.bytes = statSync(written).size;
      result.peakBytes = Math.max(result.peakBytes, daemon.memory().peak - idle);
      result.modelBytes = Math.max(result.modelBytes, daemon.memory().now - idle);
    } finally {
      await daemon.dispose();
    }
  }
  return result;
}
