import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_INFLIGHT_BYTES } from '../../../src/compute/local/chunkAdvice.js';
import { pingsDuring, pingText } from '../support/pinger.js';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { Trial } from '../trial.js';

const MIB = 2 ** 20;
const LIMIT_BYTES = 1.1 * MAX_INFLIGHT_BYTES;
const LIMIT_PING_MS = 5;
const SECONDS = 20;

export const neverReads: Trial = {
  name: 'never-reads',
  what: 'a client that asks for four times its credit and never reads; suspended, too',
  required: `the daemon grows by at most the credit + 10 % (${LIMIT_BYTES / MIB} MiB); 99 of 100 pings of another client < ${LIMIT_PING_MS} ms, beyond what those of an idle daemon take then`,
  async run(world) {
    const daemon = world.daemon();
    const client = daemon.client();
    const model = await client.loadModel(QUARTZ);
    const { nPoints, options } = request('large');
    // what a plan, threads and their scratch memory take is there before
    for (let i = 0; i < 4; i++) {
      const evaluation = await client.evaluate(model, pointsOf(nPoints), options);
      world.bits.check('large', digestOf(evaluation));
    }
    await sleep(1000);
    const before = daemon.residentBytes;
    let most = before;
    let flooded = false;
    const flood = world.worker(daemon, 'flood', { megabytes: (4 * MAX_INFLIGHT_BYTES) / MIB });
    const watch = async () => {
      const end = performance.now() + 1000 * world.count(SECONDS);
      for (let isStopped = false; performance.now() < end; ) {
        most = Math.max(most, daemon.residentBytes);
        await sleep(20);
        if (flooded && !isStopped) {
          isStopped = true;
          flood.child.kill('SIGSTOP');
        }
      }
    };
    const marked = flood.next('running').then(() => {
      flooded = true;
    });
    const pings = await pingsDuring(world, daemon, async () => {
      await Promise.all([marked, watch()]);
    });
    const { jobs } = await client.status();
    await flood.kill();
    const grown = most - before;
    return {
      measured: `grew by ${(grown / MIB).toFixed(0)} MiB of ${(before / MIB).toFixed(0)}; ${pingText(pings)}`,
      passed:
        flooded &&
        jobs.length === 1 &&
        grown <= LIMIT_BYTES &&
        pings.percentile99 - pings.idlePercentile99 < LIMIT_PING_MS,
    };
  },
};
