/** A fit in Horace: broadened intensities of pixels, in the daemon and in the interpreter, and evaluations that are repeated. */
import { besideKernel } from '../harness/besideKernel.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

/** Pixels of a small cut; --points has no effect. */
const PIXELS = 1_000_000;
const KELVIN = 300;
const KEPT_BYTES = 2 ** 30;

type Times = Record<'kernel' | 'sqw' | 'disp_sqw' | 'rescale' | 'copy', number[]>;

export async function pixels(settings: Settings): Promise<Report> {
  const times: Times = { kernel: [], sqw: [], disp_sqw: [], rescale: [], copy: [] };
  const found = await besideKernel(settings, PIXELS, async ({ octave, kernel, planned, qpts }) => {
    await octave.command('temperature', KELVIN);
    await octave.command('sqw', PIXELS / 10, 0.5); // warms up
    for (let round = 0; round < settings.rounds; round++) {
      times.kernel.push(await kernel.run(planned, 'structure_factor', qpts));
      times.sqw.push(await octave.command('sqw', PIXELS, 0));
      times.disp_sqw.push(await octave.command('disp_sqw', PIXELS, 0));
    }
    await octave.command('keep', KEPT_BYTES);
    await octave.command('run', PIXELS, 0);
    for (let round = 0; round < settings.rounds; round++) {
      times.rescale.push(await octave.command('rescale', PIXELS, 0));
      times.copy.push(await octave.command('copy', PIXELS, 0));
    }
  });
  return {
    workload: 'pixels',
    circumstances: found.circumstances,
    settings,
    results: times,
    text: text(times),
  };
}

function text(times: Times): string {
  const kernel = median(times.kernel);
  const beyond = (seconds: number[]) => Math.max(0, median(seconds) - kernel);
  const rows = [
    ['kernel alone', figure(kernel), ''],
    ['horace_sqw', figure(median(times.sqw)), figure(beyond(times.sqw))],
    ['horace_disp, broadened in Octave', figure(median(times.disp_sqw)), figure(beyond(times.disp_sqw))],
    ['horace_disp again, other scale factors', figure(median(times.rescale)), ''],
    ['copying its results', figure(median(times.copy)), ''],
  ];
  const share = `Beyond the kernel, horace_sqw takes ${figure(beyond(times.sqw) / beyond(times.disp_sqw))} of what the other way takes.`;
  const again = `Scaling what is kept takes ${figure(median(times.rescale) / median(times.copy))} times as long as copying it.`;
  return `${table(['', 's', 'beyond the kernel, s'], rows)}\n\n${share} ${again}`;
}
