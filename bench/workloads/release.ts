/** The addon of a release beside the one that was built here, in turns within one process. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { loadAddon } from '../../src/compute/local/addon.js';
import type { NativeAddon } from '../../src/compute/local/native.js';
import { affordablePoints, Kernel } from '../harness/kernel.js';
import { circumstances, ROOT } from '../harness/machine.js';
import { loadMaterials, MATERIALS } from '../harness/materials.js';
import { firstPoints, randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median, type Ratio, ratio } from '../harness/statistics.js';
import { spread } from './scaling.js';

interface Result {
  material: string;
  label: string;
  points: number;
  /** of each round */
  built: number[];
  released: number[];
  /** speed of the release's in units of the other's */
  speed: Ratio;
}

export async function release(settings: Settings): Promise<Report> {
  const begin = circumstances();
  const built = new Kernel(settings.threads, loadAddon());
  const released = new Kernel(settings.threads, addonOfRelease());
  const qpts = randomPoints(settings.points);
  const results: Result[] = [];
  for (const { name, label, fc } of await loadMaterials(settings, MATERIALS)) {
    console.error(`release: ${name}`);
    const materials = { built: await built.plan(fc), released: await released.plan(fc) };
    const estimate = await built.secondsPerPoint(materials.built, 'structure_factor', qpts);
    const some = firstPoints(qpts, affordablePoints(estimate, settings.seconds, settings.points));
    const times = { built: [] as number[], released: [] as number[] };
    for (let round = 0; round < settings.rounds; round++) {
      times.released.push(await released.run(materials.released, 'structure_factor', some));
      times.built.push(await built.run(materials.built, 'structure_factor', some));
    }
    results.push({
      material: name,
      label,
      points: some.length / 3,
      ...times,
      speed: ratio(times.built, times.released),
    });
  }
  built.close();
  released.close();
  const rows = results.map(({ label, points, built: here, released: there, speed }) => [
    label,
    String(points),
    figure(median(here)),
    figure(median(there)),
    spread(speed),
  ]);
  const head = ['crystal', 'q-points', 's, built here', "s, the release's", "speed of the release's"];
  return { workload: 'release', circumstances: begin, settings, results, text: table(head, rows) };
}

/** What `npm run release` has built for this platform. */
function addonOfRelease(): NativeAddon {
  const platform = `${process.platform}-${process.arch}`;
  const path = join(ROOT, 'build', 'cross', platform, 'addon', 'euphonic.node');
  if (!existsSync(path)) throw new Error(`There is no ${path}: npm run release -- ${platform}`);
  return createRequire(import.meta.url)(path) as NativeAddon;
}
