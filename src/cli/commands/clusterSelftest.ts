/** `euphonicd cluster selftest`: has every worker calculate, and compares the bits with the gateway's own. */
import { EuphonicClient } from '../../client/client.js';
import { testCrystal } from '../../cluster/probe.js';
import type { ClusterStatus, ModelSummary } from '../../protocol/results.js';
import { runtimePaths } from '../../runtime/paths.js';
import { EXIT_ERROR, EXIT_OK } from '../terminal/exitCodes.js';
import { print } from '../terminal/output.js';
import { theCluster } from './cluster.js';

/** A model of 6 MB, of which a q-point takes a tenth of a second. */
const ATOMS = 300;
const POINTS_PER_THREAD = 8;
/** So few q-points stay at the gateway. */
const AT_HOME = 6;
const AT_MOST_MS = 60_000;

/** Exit code 1 where bits differ, or a worker has not taken part within a minute. */
export async function clusterSelftest(): Promise<number> {
  theCluster(runtimePaths());
  const client = new EuphonicClient();
  try {
    const state = async () => (await client.status()).cluster!;
    const first = await state();
    const workers = first.workers.filter((worker) => worker.class === first.class);
    const threads = workers.reduce((sum, worker) => sum + worker.threads, 0);
    const model = await client.putModel(testCrystal(ATOMS));
    const points = Math.max(4 * AT_HOME, POINTS_PER_THREAD * threads);
    const qpts = Float64Array.from({ length: 3 * points }, (_, i) => (i % 97) / 97);
    const own = await atHome(client, model, qpts);
    print(
      `${workers.length} workers with ${threads} threads; ${points} q-points of ${ATOMS} atoms, again and again`,
    );
    const [begin, rates]: [number, number[]] = [Date.now(), []];
    let [equal, last, missing] = [true, first, workers];
    while (equal && missing.length > 0 && Date.now() - begin < AT_MOST_MS) {
      const start = performance.now();
      const { frequencies } = await client.evaluate(model, qpts, { quantity: 'frequencies', chunkPoints: 1 });
      rates.push((1000 * points) / (performance.now() - start));
      equal = own.equals(bytes(frequencies));
      last = await state();
      missing = workers.filter(({ worker }) => !tookPart(last, first, worker));
    }
    for (const line of report(
      last,
      missing.map(({ worker }) => worker),
    ))
      print(line);
    print(
      `${Math.max(0, ...rates).toFixed(1)} q-points/s; bits ${equal ? 'equal' : 'DIFFERENT'} to the gateway's own`,
    );
    return equal && workers.length > 0 && missing.length === 0 ? EXIT_OK : EXIT_ERROR;
  } finally {
    client.close();
  }
}

/** The same in pieces that the gateway calculates itself. */
async function atHome(client: EuphonicClient, model: ModelSummary, qpts: Float64Array): Promise<Buffer> {
  const count = qpts.length / 3;
  const own = new Float64Array(model.n_modes * count);
  for (let i = 0; i < count; i += AT_HOME) {
    const end = Math.min(i + AT_HOME, count);
    const part = [0, 1, 2].flatMap((k) => [...qpts.subarray(k * count + i, k * count + end)]);
    const { frequencies } = await client.evaluate(model, Float64Array.from(part), {
      quantity: 'frequencies',
    });
    for (let mode = 0; mode < model.n_modes; mode++)
      own.set(frequencies.subarray(mode * (end - i), (mode + 1) * (end - i)), mode * count + i);
  }
  return bytes(own);
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

function tookPart(now: ClusterStatus, before: ClusterStatus, worker: string): boolean {
  const points = ({ workers }: ClusterStatus) =>
    workers.find((other) => other.worker === worker)?.points ?? 0;
  return points(now) > points(before);
}

function report({ workers, class: own }: ClusterStatus, missing: string[]): string[] {
  return workers.map(({ worker, host, class: other, points, latency_ms, bytes_per_s }) => {
    const part =
      other !== own
        ? 'of another class, waits'
        : missing.includes(worker)
          ? 'HAS NOT TAKEN PART'
          : `${points} q-points`;
    const wire = `${latency_ms.toFixed(1)} ms, ${(bytes_per_s / 1e6).toFixed(0)} MB/s`;
    return `  ${worker} on ${host}: ${part}; to the gateway's engine and back ${wire}`;
  });
}
