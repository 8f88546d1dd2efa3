import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_INFLIGHT_BYTES } from '../../../src/compute/local/chunkAdvice.js';
import { READER_IDLE_MS, WORK_SEND_HIGH_WATER_MARK } from '../../../src/daemon/limits/settings.js';
import { pingsDuring, pingText } from '../support/pinger.js';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { Trial } from '../trial.js';

const MIB = 2 ** 20;
const LIMIT_PING_MS = 5;
const SECONDS = 20;

/**
 * What is in the daemon of a client that has asked by so many requests for chunks, + 10 %: its credit, the chunks that ZeroMQ
 * holds, every request as it came, because the collector may not have freed it yet, and once more those with the kernel.
 */
function limitBytes({ chunks, chunkBytes, requestBytes }: Flood): number {
  const results = MAX_INFLIGHT_BYTES + WORK_SEND_HIGH_WATER_MARK * chunkBytes;
  const requests = chunks + MAX_INFLIGHT_BYTES / chunkBytes;
  return 1.1 * (results + requests * requestBytes);
}

interface Flood {
  chunks: number;
  chunkBytes: number;
  requestBytes: number;
}

export const neverReads: Trial = {
  name: 'never-reads',
  what: 'a client that asks for four times its credit and never reads; suspended, too',
  required: `the daemon grows by at most the credit of ${MAX_INFLIGHT_BYTES / MIB} MiB, the answers that ZeroMQ holds and what was sent to it, + 10 %; 99 of 100 pings of another client < ${LIMIT_PING_MS} ms, beyond what those of an idle daemon take then`,
  async run(world) {
    const daemon = world.daemon();
    const client = daemon.client();
    const model = await client.loadModel(QUARTZ);
    const { nPoints, options } = request('small');
    // plan, threads and their scratch memory are there before, but nothing that larger results would have left to be used again
    const evaluation = await client.evaluate(model, pointsOf(nPoints), options);
    world.bits.check('small', digestOf(evaluation));
    // the thread that has read the file has gone: its end would hide growth; and the event loop has what pings make it need
    await pingsDuring(world, daemon, () => sleep(READER_IDLE_MS + 2000));
    const before = daemon.residentBytes;
    let most = before;
    let limit: number | undefined;
    const flood = world.worker(daemon, 'flood', { megabytes: (4 * MAX_INFLIGHT_BYTES) / MIB });
    const watch = async () => {
      const end = performance.now() + 1000 * world.count(SECONDS);
      for (let isStopped = false; performance.now() < end; ) {
        most = Math.max(most, daemon.residentBytes);
        await sleep(20);
        if (limit !== undefined && !isStopped) {
          isStopped = true;
          flood.child.kill('SIGSTOP');
        }
      }
    };
    const marked = flood.next('running').then((said) => {
      limit = limitBytes(said as unknown as Flood);
    });
    const pings = await pingsDuring(world, daemon, async () => {
      await Promise.all([marked, watch()]);
    });
    const { jobs } = await client.status();
    await flood.kill();
    const grown = most - before;
    return {
      measured: `grew by ${(grown / MIB).toFixed(0)} MiB of ${(before / MIB).toFixed(0)}, where ${((limit ?? Number.NaN) / MIB).toFixed(0)} are allowed; ${pingText(pings)}`,
      passed:
        limit !== undefined &&
        jobs.length === 1 &&
        grown <= limit &&
        pings.percentile99 - pings.idlePercentile99 < LIMIT_PING_MS,
    };
  },
};
