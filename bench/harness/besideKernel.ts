/** α-quartz and random q-points in Octave, with a daemon of its own in which every call computes, beside the kernel alone. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kernel } from './kernel.js';
import { type Circumstances, circumstances } from './machine.js';
import { loadMaterials, type Material, materialFile } from './materials.js';
import { Octave } from './octave.js';
import { ownDaemon } from './ownDaemon.js';
import { pointwise, randomPoints } from './points.js';
import type { Settings } from './settings.js';

interface Beside {
  material: Material;
  octave: Octave;
  kernel: Kernel;
  planned: Awaited<ReturnType<Kernel['plan']>>;
  qpts: Float64Array;
}

/** `measure` may send commands of bench/workloads/end_to_end.m; the model and `count` q-points are loaded. */
export async function besideKernel(
  settings: Settings,
  count: number,
  measure: (parts: Beside) => Promise<void>,
): Promise<{ material: Material; circumstances: Circumstances }> {
  const { folder, env, dispose } = ownDaemon(settings, { EUPHONIC_CACHE_BYTES: '0' });
  const begin = circumstances();
  const [material] = await loadMaterials(settings, ['quartz']);
  const kernel = new Kernel(settings.threads);
  const octave = new Octave('end_to_end', env);
  try {
    const qpts = randomPoints(count);
    const file = join(folder, 'points.bin');
    writeFileSync(file, pointwise(qpts));
    const planned = await kernel.plan(material.fc);
    await octave.ready;
    await octave.command('load', materialFile(material));
    await octave.command('points', file);
    await measure({ material, octave, kernel, planned, qpts });
  } finally {
    await octave.close();
    kernel.close();
    await dispose();
  }
  return { material, circumstances: begin };
}
