/** Broadened intensities for the pixels of a Horace object: in the daemon, and in the interpreter. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopDaemon } from '../../src/client/launcher.js';
import { runtimePaths } from '../../src/protocol/connection.js';
import { Kernel } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials, materialFile } from '../harness/materials.js';
import { Octave } from '../harness/octave.js';
import { pointwise, randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median } from '../harness/statistics.js';

/** Pixels of a small cut; --points has no effect. */
const PIXELS = 1_000_000;
const KELVIN = 300;

export async function pixels(settings: Settings): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-bench-'));
  const env = {
    ...process.env,
    EUPHONIC_CONNECTION: join(folder, 'connection.json'),
    EUPHONIC_MAX_THREADS: String(settings.threads),
    // Every call computes.
    EUPHONIC_CACHE_BYTES: '0',
  };
  const begin = circumstances();
  const [material] = await loadMaterials(settings, ['quartz']);
  const kernel = new Kernel(settings.threads);
  const octave = new Octave('end_to_end', env);
  const times: Record<'kernel' | 'sqw' | 'disp_sqw', number[]> = { kernel: [], sqw: [], disp_sqw: [] };
  try {
    const qpts = randomPoints(PIXELS);
    const file = join(folder, 'points.bin');
    writeFileSync(file, pointwise(qpts));
    const planned = await kernel.plan(material!.fc);
    await octave.ready;
    await octave.command('load', materialFile(material!));
    await octave.command('points', file);
    await octave.command('temperature', KELVIN);
    await octave.command('sqw', PIXELS / 10, 0.5); // warms up
    for (let round = 0; round < settings.rounds; round++) {
      times.kernel.push(await kernel.run(planned, 'structure_factor', qpts));
      times.sqw.push(await octave.command('sqw', PIXELS, 0));
      times.disp_sqw.push(await octave.command('disp_sqw', PIXELS, 0));
    }
  } finally {
    await octave.close();
    kernel.close();
    await stopDaemon(runtimePaths(env)).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
  return { workload: 'pixels', circumstances: begin, settings, results: times, text: text(times) };
}

function text(times: Record<'kernel' | 'sqw' | 'disp_sqw', number[]>): string {
  const kernel = median(times.kernel);
  const beyond = (seconds: number[]) => Math.max(0, median(seconds) - kernel);
  const rows = [
    ['kernel alone', figure(kernel), ''],
    ['horace_sqw', figure(median(times.sqw)), figure(beyond(times.sqw))],
    ['horace_disp, broadened in Octave', figure(median(times.disp_sqw)), figure(beyond(times.disp_sqw))],
  ];
  const share = `Beyond the kernel, horace_sqw takes ${figure(beyond(times.sqw) / beyond(times.disp_sqw))} of what the other way takes.`;
  return `${table(['', 's', 'beyond the kernel, s'], rows)}\n\n${share}`;
}
