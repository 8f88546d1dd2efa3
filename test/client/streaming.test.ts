import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../crystals/random.js';
import { TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';

const MIB = 2 ** 20;
const quartz = fileURLToPath(new URL('../../matlab/examples/data/quartz_bks.json.gz', import.meta.url));

function randomPoints(nPoints: number): Float64Array {
  const next = seededRandom(7);
  return Float64Array.from({ length: 3 * nPoints }, () => 6 * next());
}

describe('streaming of many q-points', function () {
  this.timeout(120_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  it('keeps the memory of the daemon within 64 MiB over its idle size', async () => {
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    // the plan belongs to the idle size, as the model does
    await client.evaluate(model, randomPoints(10), { asr: 'reciprocal' });
    const idle = daemon.memory().now;
    for (const nPoints of [50_000, 300_000]) {
      const qpts = randomPoints(nPoints);
      const start = performance.now();
      const { kernel_seconds, threads } = await client.evaluate(model, qpts, { asr: 'reciprocal' });
      const seconds = (performance.now() - start) / 1000;
      const grown = (daemon.memory().peak - idle) / MIB;
      console.log(
        `      ${nPoints} q-points: ${seconds.toFixed(2)} s, kernel ${kernel_seconds.toFixed(2)} s on ${threads} threads, ` +
          `daemon ${(idle / MIB).toFixed(0)} MiB + ${grown.toFixed(0)} MiB`,
      );
      assert.ok(grown < 64, `${grown} MiB`);
    }
  });

  it('of large files leaves the control socket its time', async function () {
    const file = dataFile(this, 'nb/Nb-242424-s0.25.castep_bin');
    const client = daemon.client();
    const other = daemon.client();
    await Promise.all([client.connect(), other.ping()]);
    let busy = true;
    const work = (async () => {
      const model = await client.loadModel(file);
      await client.evaluate(model, randomPoints(1), { asr: 'realspace' });
      busy = false;
    })();
    const times: number[] = [];
    while (busy) {
      const start = performance.now();
      await other.ping();
      times.push(performance.now() - start);
      await sleep(1);
    }
    await work;
    times.sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)];
    console.log(
      `      ${times.length} pings: median ${median.toFixed(2)} ms, longest ${times.at(-1)!.toFixed(1)} ms`,
    );
    assert.ok(median < 10, `median ${median} ms`);
  });
});
