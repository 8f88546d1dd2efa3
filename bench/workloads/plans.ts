/** Plans of polar crystals: the time and memory that they take, and the time of a q-point with them. */
import {
  type PlannedCrystal,
  type PlannedOptions,
  plannedCrystal,
} from '../../test/support/plannedCrystal.js';
import { circumstances } from '../harness/machine.js';
import { materialLabel } from '../harness/materials.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

const CRYSTALS = ['salt-60', 'salt-200', 'salt-400', 'salt-1300'];
/** q-points: two full vectors of lanes for each thread where one takes seconds, else some batches. */
const points = (atoms: number, threads: number) => (atoms > 1000 ? 8 : atoms > 300 ? 32 : 256) * threads;

export async function plans(settings: Settings): Promise<Report> {
  const begin = circumstances();
  const { threads } = settings;
  const results: { material: string; rounds: PlannedCrystal[]; ruled: PlannedCrystal[] }[] = [];
  for (const material of settings.materials ?? CRYSTALS) {
    console.error(`plans: ${material}`);
    const atoms = Number(material.split('-')[1]);
    const each = (options: PlannedOptions) =>
      Array.from({ length: atoms > 1000 ? 1 : settings.rounds }, () =>
        plannedCrystal(material, { threads, ...options }),
      );
    results.push({
      material,
      rounds: each({ points: points(atoms, threads) }),
      ruled: each({ asr: 'reciprocal' }),
    });
  }
  const rows = results.map(({ material, rounds, ruled }) => {
    const of = (value: (planned: PlannedCrystal) => number, from = rounds) => figure(median(from.map(value)));
    return [
      materialLabel(material),
      of(({ modelBytes }) => modelBytes / 1e6),
      of(({ seconds }) => seconds),
      of(({ peakBytes }) => peakBytes / 1e6),
      of(({ seconds }) => seconds, ruled),
      of(({ peakBytes }) => peakBytes / 1e6, ruled),
      of(({ keptBytes }) => keptBytes / 1e6),
      of(({ promisedBytes }) => promisedBytes / 1e6),
      of(({ secondsPerPoint }) => 1000 * secondsPerPoint!),
      of(({ calculationBytes }) => calculationBytes! / 1e6),
    ];
  });
  const head = [
    'crystal',
    'model, MB',
    'plan, s',
    'memory of planning, MB',
    'with a sum rule, s',
    'with a sum rule, MB',
    'kept, MB',
    'promised, MB',
    'ms for a q-point',
    'memory of calculating, MB',
  ];
  return { workload: 'plans', circumstances: begin, settings, results, text: table(head, rows) };
}
