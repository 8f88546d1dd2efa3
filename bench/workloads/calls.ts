/** Calls of few q-points from Octave, as small cuts and single points are: where their time goes. */
import { besideKernel } from '../harness/besideKernel.js';
import { firstPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

const COUNTS = [1, 100, 1000, 10_000];
const CALLS = 50;
const KELVIN = 300;

interface Result {
  points: number;
  /** seconds, one for each call: of the kernel alone; of a ping; of horace_disp; with kept results of other points */
  kernel: number[];
  ping: number[];
  octave: number[];
  keeping: number[];
}

export async function calls(settings: Settings): Promise<Report> {
  const results: Result[] = [];
  const found = await besideKernel(
    settings,
    Math.max(...COUNTS),
    async ({ octave, kernel, planned, qpts }) => {
      for (const points of COUNTS) {
        const result: Result = { points, kernel: [], ping: [], octave: [], keeping: [] };
        const some = firstPoints(qpts, points);
        for (const [bytes, times] of [
          [0, result.octave],
          [2 ** 30, result.keeping],
        ] as const) {
          await octave.command('temperature', KELVIN);
          await octave.command('keep', bytes);
          for (let call = 0; call < CALLS; call++)
            times.push(await octave.command('run', points, call / 1000));
        }
        for (let call = 0; call < CALLS; call++) {
          result.kernel.push(await kernel.run(planned, 'structure_factor', some));
          result.ping.push(await octave.command('ping'));
        }
        results.push(result);
      }
    },
  );
  const milliseconds = (seconds: number[]) => figure(1000 * median(seconds));
  const rows = results.map(({ points, kernel: alone, ping, octave: called, keeping }) => [
    String(points),
    milliseconds(alone),
    milliseconds(ping),
    milliseconds(called),
    milliseconds(keeping),
  ]);
  const head = ['q-points', 'kernel, ms', 'ping, ms', 'horace_disp, ms', 'horace_disp, results kept, ms'];
  return {
    workload: 'calls',
    circumstances: found.circumstances,
    settings,
    results,
    text: `${found.material.label}, both signs of energy; medians of ${CALLS} calls.\n\n${table(head, rows)}`,
  };
}
