/** Wall time and speed-up against the number of threads. */
import { affordablePoints, Kernel } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials, MATERIALS } from '../harness/materials.js';
import { lineCharts } from '../harness/pictures.js';
import { firstPoints, randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median, type Ratio, ratio } from '../harness/statistics.js';

interface Result {
  material: string;
  label: string;
  points: number;
  /** [number of threads − 1][round] */
  seconds: number[][];
  speedup: Ratio[];
}

export async function scaling(settings: Settings): Promise<Report> {
  const kernel = new Kernel(settings.threads);
  const qpts = randomPoints(settings.points);
  const results: Result[] = [];
  const begin = circumstances();
  for (const { name, label, fc } of await loadMaterials(settings, MATERIALS)) {
    console.error(`scaling: ${name}`);
    const material = await kernel.plan(fc);
    const estimate = await kernel.secondsPerPoint(material, 'structure_factor', qpts, 1);
    const points = affordablePoints(estimate, settings.seconds, settings.points);
    const some = firstPoints(qpts, points);
    const seconds: number[][] = Array.from({ length: settings.threads }, () => []);
    for (let round = 0; round < settings.rounds; round++) {
      for (let threads = 1; threads <= settings.threads; threads++)
        seconds[threads - 1].push(await kernel.run(material, 'structure_factor', some, threads));
    }
    const speedup = seconds.map((times) => ratio(seconds[0], times));
    results.push({ material: name, label, points, seconds, speedup });
  }
  kernel.close();
  const counts = Array.from({ length: settings.threads }, (_, k) => k + 1);
  const rows = results.map(({ label, points, seconds, speedup }) => [
    label,
    String(points),
    ...counts.map((_, k) => figure(median(seconds[k]))),
    ...counts.slice(1).map((_, k) => spread(speedup[k + 1])),
  ]);
  const head = [
    'crystal',
    'q-points',
    ...counts.map((n) => `s, ${n} thread${n > 1 ? 's' : ''}`),
    ...counts.slice(1).map((n) => `speed-up, ${n} threads`),
  ];
  return {
    workload: 'scaling',
    circumstances: begin,
    settings,
    results,
    text: table(head, rows),
    pictures: { threads: picture(results, counts) },
  };
}

export function spread({ median, min, max }: Ratio, digits = 3): string {
  return `${figure(median, digits)} (${figure(min, digits)}–${figure(max, digits)})`;
}

function picture(results: readonly Result[], counts: readonly number[]): Promise<string> {
  const series = (value: (result: Result, k: number) => number) =>
    results.map((result) => ({
      name: result.label,
      points: counts.map((x, k) => ({ x, y: value(result, k) })),
    }));
  const ideal = { name: 'ideal', points: counts.map((x) => ({ x, y: x })), dashed: true };
  return lineCharts([
    {
      title: 'Wall time for 50,000 q-points',
      xLabel: 'threads',
      yLabel: 's',
      series: series(({ seconds, points }, k) => (median(seconds[k]) * 50_000) / points),
      logY: true,
    },
    {
      title: 'Speed-up',
      xLabel: 'threads',
      yLabel: 'times one thread',
      series: [...series(({ speedup }, k) => speedup[k].median), ideal],
    },
  ]);
}
