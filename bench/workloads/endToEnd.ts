/** From Octave through MEX gateway, socket and daemon, beside the kernel alone in this process. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopDaemon } from '../../src/client/launcher.js';
import { readConnectionFile } from '../../src/runtime/daemonAddress.js';
import { runtimePaths } from '../../src/runtime/paths.js';
import { affordablePoints, Kernel } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials, MATERIALS, type Material, materialFile } from '../harness/materials.js';
import { type Memory, memoryOf, Octave } from '../harness/octave.js';
import { ownDaemon } from '../harness/ownDaemon.js';
import { firstPoints, pointwise, randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median, type Ratio, ratio } from '../harness/statistics.js';
import { spread } from './scaling.js';

interface Result {
  material: string;
  label: string;
  points: number;
  resultBytes: number;
  /** seconds, one for each round */
  kernel: number[];
  octave: number[];
  ratio: Ratio;
  /** seconds from the start of Octave, with no daemon alive, to the first result; and of these within the package */
  coldStart: { total: number; package: number };
  daemon: Memory;
  client: Memory;
}

export async function endToEnd(settings: Settings): Promise<Report> {
  const { folder, env, dispose } = ownDaemon(settings);
  const begin = circumstances();
  const results: Result[] = [];
  try {
    const qpts = randomPoints(settings.points);
    const file = join(folder, 'points.bin');
    writeFileSync(file, pointwise(qpts));
    for (const material of await loadMaterials(settings, MATERIALS)) {
      console.error(`end-to-end: ${material.name}`);
      results.push(await measure(material, qpts, file, settings, env));
    }
  } finally {
    await dispose();
  }
  return { workload: 'end-to-end', circumstances: begin, settings, results, text: text(results) };
}

async function measure(
  material: Material,
  qpts: Float64Array,
  pointsFile: string,
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Promise<Result> {
  const { name, label, fc } = material;
  const paths = runtimePaths(env);
  const modelFile = materialFile(material);
  const kernel = new Kernel(settings.threads);
  const planned = await kernel.plan(fc);
  const estimate = await kernel.secondsPerPoint(planned, 'structure_factor', qpts);
  const points = affordablePoints(estimate, settings.seconds, settings.points);
  const some = firstPoints(qpts, points);

  await stopDaemon(paths);
  const start = performance.now();
  const octave = new Octave('end_to_end', env);
  try {
    await octave.ready;
    let inPackage = await octave.command('load', modelFile);
    await octave.command('points', pointsFile);
    inPackage += await octave.command('run', 1, 0);
    const coldStart = { total: (performance.now() - start) / 1000, package: inPackage };

    const times: { kernel: number[]; octave: number[] } = { kernel: [], octave: [] };
    await octave.command('run', points, 0.5); // warms up
    for (let round = 0; round < settings.rounds; round++) {
      times.kernel.push(await kernel.run(planned, 'structure_factor', some));
      times.octave.push(await octave.command('run', points, (round + 1) / 1000));
    }
    return {
      material: name,
      label,
      points,
      resultBytes: 2 * 3 * fc.nAtoms * 8 * points,
      ...times,
      ratio: ratio(times.octave, times.kernel),
      coldStart,
      daemon: memoryOf(readConnectionFile(paths)?.pid ?? 0),
      client: memoryOf(octave.pid),
    };
  } finally {
    await octave.close();
    kernel.close();
  }
}

function text(results: readonly Result[]): string {
  const mebibytes = (bytes: number) => figure(bytes / 2 ** 20);
  const milliseconds = (seconds: number) => figure(1000 * seconds);
  const times = table(
    ['crystal', 'q-points', 'kernel, s', 'Octave, s', 'overhead, ms', 'Octave / kernel'],
    results.map(({ label, points, kernel, octave, ratio }) => [
      label,
      String(points),
      figure(median(kernel)),
      figure(median(octave)),
      milliseconds(median(octave) - median(kernel)),
      spread(ratio),
    ]),
  );
  const memory = table(
    [
      'crystal',
      'results, MiB',
      'daemon at the end, at most, MiB',
      'Octave at the end, at most, MiB',
      'cold start to first result, s',
      'of this in the package, s',
    ],
    results.map(({ label, resultBytes, daemon, client, coldStart }) => [
      label,
      mebibytes(resultBytes),
      `${mebibytes(daemon.now)}, ${mebibytes(daemon.peak)}`,
      `${mebibytes(client.now)}, ${mebibytes(client.peak)}`,
      figure(coldStart.total),
      figure(coldStart.package),
    ]),
  );
  const note =
    'A cold start is Octave, the daemon, reading and sending the file, planning and one q-point, with no daemon alive before.';
  return `${times}\n\n${memory}\n\n${note}`;
}
