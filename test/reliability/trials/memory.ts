import { median } from '../../../bench/harness/statistics.js';
import { float64Frame } from '../../../src/protocol/arrays.js';
import type { Response } from '../../../src/protocol/messages.js';
import { largeModel } from '../../support/crystals.js';
import { RawPeer } from '../../support/rawPeer.js';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { Trial } from '../trial.js';

const MAX_MEMORY = '256M';
const MAX_BYTES = 256 * 2 ** 20;
/** So many that their force constants fit, but not the eigenvectors of one q-point with one thread's matrices. */
const ATOMS = 700;
const REQUESTS = 100;
const LIMIT_MS = 100;
const MIB = 2 ** 20;

export const memory: Trial = {
  name: 'memory',
  what: `a chunk with results of ten times --max-memory ${MAX_MEMORY}, and eigenvectors of ${ATOMS} atoms, for which there is no memory, ${REQUESTS} times each, while another client calculates`,
  required: `refused in < ${LIMIT_MS} ms (median), with the number; the daemon does not grow, the other client gets the usual bits`,
  async run(world) {
    const daemon = world.daemon();
    const client = daemon.client({ maxMemory: MAX_MEMORY });
    const large = await client.putModel(largeModel(ATOMS));
    const quartz = await client.loadModel(QUARTZ);
    const { nPoints, options } = request('medium');
    const qpts = pointsOf(nPoints);
    const calculate = async () => digestOf(await client.evaluate(quartz, qpts, options));
    await calculate();
    const before = daemon.residentBytes;
    const faults = new Set<string>();
    const others = calculate();
    others.catch(() => {});
    const peer = new RawPeer(await client.connect(), 'work');
    const opened = await peer.request('job.open', {
      ...{ model: quartz.model, n_points: 2 ** 30, quantity: 'modes' },
    });
    if (!('result' in opened)) throw new Error(JSON.stringify(opened));
    const { job, bytes_per_point } = opened.result as { job: string; bytes_per_point: number };
    const count = Math.ceil((10 * MAX_BYTES) / bytes_per_point);
    const frame = float64Frame('qpts', [3, count], pointsOf(count));
    const [chunks, jobs] = [new Refusals(faults), new Refusals(faults)];
    for (let i = 0; i < world.count(REQUESTS); i++) {
      await chunks.add(() => peer.request('job.compute', { job, offset: 0, count }, [frame]));
      await jobs.add(() =>
        peer.request('job.open', { model: large.model, n_points: 1, quantity: 'modes', dipole: false }),
      );
    }
    peer.close();
    const grown = daemon.residentBytes - before;
    if (!world.bits.check('medium', await others)) faults.add('other bits');
    if (!(chunks.bytes >= 10 * MAX_BYTES)) faults.add('a chunk of less than ten times the memory');
    if (grown > 64 * MIB) faults.add(`grew by ${(grown / MIB).toFixed(0)} MiB`);
    return {
      measured: `${chunks.text}, ${jobs.text}${faults.size > 0 ? `; ${[...faults].join('; ')}` : ''}`,
      passed: faults.size === 0 && chunks.median < LIMIT_MS && jobs.median < LIMIT_MS,
    };
  },
};

/** Refusals of the same request, each of which must say how much it would have taken. */
class Refusals {
  private readonly times: number[] = [];
  private said = '';
  /** as the last refusal says */
  bytes = Number.NaN;

  constructor(private readonly faults: Set<string>) {}

  async add(ask: () => Promise<Response>): Promise<void> {
    const start = performance.now();
    const response = await ask();
    this.times.push(performance.now() - start);
    if ('error' in response && response.error.code === 'too_large') this.said = response.error.message;
    else this.faults.add(JSON.stringify(response).slice(0, 200));
    const [, amount, unit] = / ([\d.]+) (bytes|MiB|GiB)/.exec(this.said) ?? [];
    this.bytes = Number(amount) * { bytes: 1, MiB: MIB, GiB: 2 ** 30 }[unit as 'bytes' | 'MiB' | 'GiB'];
    if (!(this.bytes > MAX_BYTES)) this.faults.add('no number in the refusal');
  }

  get median(): number {
    return median(this.times);
  }

  get text(): string {
    return `“${this.said}” median ${this.median.toFixed(1)}, longest ${Math.max(...this.times).toFixed(1)} ms`;
  }
}
