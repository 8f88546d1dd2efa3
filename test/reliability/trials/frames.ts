import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../crystals/random.js';
import type { Response } from '../../../src/protocol/messages.js';
import type { DaemonAddress } from '../../../src/runtime/daemonAddress.js';
import { RawPeer } from '../../support/rawPeer.js';
import { HostileFrames } from '../support/hostileFrames.js';
import { pingsDuring, pingText } from '../support/pinger.js';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { World } from '../support/world.js';
import type { Trial } from '../trial.js';

const FRAMES = 1_000_000;
/** Connections to each socket at a time. */
const CONNECTIONS = 3;
/** Messages under way on a connection. */
const BATCH = 200;
/** A connection is closed and another made after so many messages. */
const MESSAGES_PER_CONNECTION = 20_000;
/** Part of the messages that brings the daemon's memory to what it is in use. */
const WARM_UP = 0.1;
/** Connections that send bytes which are not ZeroMQ's. */
const RAW_CONNECTIONS = 1000;
const LIMIT_GROWTH = 0.1;
const MIB = 2 ** 20;

export const frames: Trial = {
  name: 'frames',
  what: `mutated and random messages at work and control socket, ${2 * CONNECTIONS} connections at a time; ${RAW_CONNECTIONS} connections with bytes that are not ZeroMQ's`,
  required: `${FRAMES} frames: each message answered once, no crash, no hang, memory back to idle (+ 10 %), calculations as before`,
  async run(world) {
    const daemon = world.daemon();
    const client = daemon.client();
    const address = await client.connect();
    const model = await client.loadModel(QUARTZ);
    const { pid } = daemon;
    const { nPoints, options } = request('medium');
    const calculate = async () => {
      const { qpts } = { qpts: pointsOf(nPoints) };
      return world.bits.check('medium', digestOf(await client.evaluate(model, qpts, options)));
    };
    await calculate();
    const tally = new Tally();
    const attack = (frameCount: number) => bombard(world, address, frameCount, tally);

    const wanted = world.count(FRAMES);
    await attack(WARM_UP * wanted);
    await rawBytes(address, Math.round(WARM_UP * world.count(RAW_CONNECTIONS)));
    await sleep(2000);
    const idle = daemon.residentBytes;
    const pings = await pingsDuring(world, daemon, async () => {
      await attack((1 - WARM_UP) * wanted);
      await rawBytes(address, world.count(RAW_CONNECTIONS));
    });
    await sleep(5000);
    const after = daemon.residentBytes;
    const same = await calculate();
    const alive = daemon.pid === pid;
    const { counters, jobs } = await client.status();
    const codes = [...tally.codes].sort(([, a], [, b]) => b - a).map(([code, n]) => `${n} ${code}`);
    return {
      measured: `${tally.frames} frames in ${tally.messages} messages: ${tally.unanswered} without answer; ${codes.join(
        ', ',
      )}; ${(idle / MIB).toFixed(0)} MiB idle, ${(after / MIB).toFixed(0)} MiB afterwards; ${pingText(pings)}`,
      passed:
        tally.unanswered === 0 &&
        tally.frames >= wanted &&
        !tally.codes.has('internal') &&
        after <= (1 + LIMIT_GROWTH) * idle &&
        same &&
        alive &&
        jobs.length === 0 &&
        counters.clients !== undefined,
    };
  },
};

class Tally {
  frames = 0;
  messages = 0;
  unanswered = 0;
  readonly codes = new Map<string, number>();

  take(response: Response | undefined): void {
    if (!response) this.unanswered++;
    const code = response && 'error' in response ? response.error.code : 'result';
    if (response) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }
}

/** Sends messages with so many frames in all, from several connections to both sockets at once. */
async function bombard(
  world: World,
  address: DaemonAddress,
  frameCount: number,
  tally: Tally,
): Promise<void> {
  const share = frameCount / (2 * CONNECTIONS);
  const lanes = (['work', 'control'] as const).flatMap((socket) =>
    Array.from({ length: CONNECTIONS }, async () => {
      const seed = Math.floor(world.between(0, 2 ** 31));
      const hostile = new HostileFrames(seededRandom(seed));
      for (let sent = 0; sent < share; ) {
        const peer = new RawPeer(address, socket, { receiveHighWaterMark: 10_000 });
        for (let n = 0; n < MESSAGES_PER_CONNECTION && sent < share; n += BATCH) {
          for (let i = 0; i < BATCH; i++) {
            const parts = hostile.message();
            sent += parts.length;
            tally.frames += parts.length;
            tally.messages++;
            await peer.send(parts);
          }
          for (let i = 0; i < BATCH; i++) {
            const response = await peer.receive(20_000);
            tally.take(response);
            // the rest would be waited for in vain
            if (!response) break;
          }
        }
        peer.close();
      }
    }),
  );
  await Promise.all(lanes);
}

/** Bytes that do not even begin as ZeroMQ's do, or that stop in the middle of its greeting. */
async function rawBytes(address: DaemonAddress, count: number): Promise<void> {
  const greeting = Buffer.concat([
    Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]),
    Buffer.from('PLAIN'),
  ]);
  for (let i = 0; i < count; i++) {
    const path = (i % 2 === 0 ? address.work : address.control).replace('ipc://', '');
    await new Promise<void>((resolve) => {
      const socket = connect(path);
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.on('connect', () => {
        const bytes =
          i % 3 === 0 ? greeting.subarray(0, 1 + (i % greeting.length)) : randomBytes(1 + (i % 200));
        socket.write(bytes, () => socket.destroy());
      });
    });
  }
}
