/** Whole fits as Horace makes them: seconds of a step, with and without what is kept between evaluations, and Euphonic's. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { circumstances, ROOT } from '../harness/machine.js';
import { loadMaterials, materialFile } from '../harness/materials.js';
import { Octave } from '../harness/octave.js';
import { ownDaemon } from '../harness/ownDaemon.js';
import { pointwise, randomPoints } from '../harness/points.js';
import { pythonEnvironment } from '../harness/python.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

/** Pixels of a one-dimensional cut, and of a small four-dimensional one; --points has no effect. */
const CUT = 15_396;
const MANY = 1_000_000;
/** Euphonic is measured with about so many q-points an evaluation: its time is proportional to them, and its memory is not endless. */
const EUPHONIC_POINTS = 4000;

const FITS = [
  { kind: 'scales', label: 'two scale factors, horace_disp', pixels: CUT, pointsPerPixel: 1, free: [0, 1] },
  { kind: 'width', label: 'scales and width, horace_sqw', pixels: CUT, pointsPerPixel: 1, free: [0, 1, 2] },
  {
    kind: 'tobyfit',
    label: 'the same, ten points for each pixel',
    pixels: CUT,
    pointsPerPixel: 10,
    free: [0, 1, 2],
  },
  { kind: 'width', label: 'scales and width, horace_sqw', pixels: MANY, pointsPerPixel: 1, free: [0, 1, 2] },
] as const;

type Fit = (typeof FITS)[number];

interface Result extends Pick<Fit, 'label' | 'pixels'> {
  /** seconds of the steps of a fit, which begin after its second evaluation; Euphonic: of one step */
  kept: number[];
  anew: number[];
  euphonic: number;
}

/** What fit.py reads, and how many q-points it calculates for a pixel. */
interface Asked {
  model: string;
  points: string;
  kind: string;
  free: readonly number[];
  count: number;
  threads: number;
  pointsPerPixel: number;
}

export async function fits(settings: Settings): Promise<Report> {
  const { folder, env, dispose } = ownDaemon(settings);
  const begin = circumstances();
  const { python } = pythonEnvironment();
  const [material] = await loadMaterials(settings, ['quartz']);
  const octave = new Octave('fits', env);
  const results: Result[] = [];
  try {
    const points = join(folder, 'points.bin');
    writeFileSync(points, pointwise(randomPoints(MANY)));
    const model = materialFile(material);
    await octave.ready;
    await octave.command('load', model);
    await octave.command('points', points);
    for (const fit of FITS) {
      console.error(`fits: ${fit.label}, ${fit.pixels} pixels`);
      const { kind, label, pixels, pointsPerPixel, free } = fit;
      const steps = async (keep: 0 | 1, rounds: number) => {
        await octave.command('begin', kind, pixels, keep);
        const seconds: number[] = [];
        for (let i = 0; i < rounds; i++) seconds.push(await octave.command('iterate'));
        return seconds;
      };
      const anew = await steps(0, Math.min(2, settings.rounds));
      const kept = await steps(1, settings.rounds + 1);
      const asked = { model, points, kind, free, count: pixels, pointsPerPixel, threads: settings.threads };
      results.push({ label, pixels, kept, anew, euphonic: withEuphonic(python, asked) });
    }
  } finally {
    await octave.close();
    await dispose();
  }
  return { workload: 'fits', circumstances: begin, settings, results, text: text(results) };
}

/** Seconds of one step; of many pixels a part is taken. */
function withEuphonic(python: string, { pointsPerPixel, ...asked }: Asked): number {
  const parts = Math.max(1, Math.round((asked.count * pointsPerPixel) / EUPHONIC_POINTS));
  const count = Math.ceil(asked.count / parts);
  const script = join(ROOT, 'bench', 'peers', 'fit.py');
  const input = `${JSON.stringify({ ...asked, count })}\n`;
  const { seconds } = JSON.parse(execFileSync(python, ['-B', script], { input, encoding: 'utf8' }));
  return (seconds * asked.count) / count;
}

function text(results: Result[]): string {
  const rows = results.map(({ label, pixels, kept, anew, euphonic }) => {
    const later = median(kept.slice(1));
    const cells = [kept[0], later, median(anew), euphonic].map((seconds) => figure(seconds));
    return [label, String(pixels), ...cells, figure(median(anew) / later), figure(euphonic / later)];
  });
  const head = [
    'fit',
    'pixels',
    'step after setting up, s',
    'later, s',
    'nothing kept, s',
    'Euphonic, s',
    '×',
    '× Euphonic',
  ];
  return table(head, rows);
}
