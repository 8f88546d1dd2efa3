import { MAX_FRAME_BYTES, MAX_FRAMES, MAX_HEADER_BYTES } from '../../../src/protocol/limits.js';
import { RawPeer } from '../../support/rawPeer.js';
import { pingsDuring, pingText } from '../support/pinger.js';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { Trial } from '../trial.js';

const LIMIT_MS = 1000;
const MIB = 2 ** 20;

export const oversize: Trial = {
  name: 'oversize',
  what: 'a frame over the limit of 1 GiB, a header over 1 MiB, 17 array frames, while another client calculates',
  required: 'refused in < 1 s each, others unaffected',
  async run(world) {
    const daemon = world.daemon();
    const client = daemon.client();
    const model = await client.loadModel(QUARTZ);
    const address = await client.connect();
    const { nPoints, options } = request('large');
    const { pid } = daemon;
    const before = daemon.residentBytes;
    const faults: string[] = [];
    const times: string[] = [];
    const timed = async (what: string, action: () => Promise<void>) => {
      const start = performance.now();
      await action();
      const ms = performance.now() - start;
      times.push(`${what} ${ms.toFixed(0)} ms`);
      if (!(ms < LIMIT_MS)) faults.push(`${what} too late`);
    };
    let most = before;
    const pings = await pingsDuring(world, daemon, async () => {
      const other = client.evaluate(model, pointsOf(nPoints), options);
      // the connection ends: ZeroMQ reads no further than the length
      const large = Buffer.alloc(MAX_FRAME_BYTES + 1);
      for (const socket of ['work', 'control'] as const) {
        await timed(`frame (${socket})`, async () => {
          const peer = new RawPeer(address, socket, { reconnectInterval: -1 });
          // it is let in before
          await peer.request('nothing');
          const end = new Promise<void>((resolve) => {
            peer.socket.events.on('disconnect', () => resolve());
          });
          await peer.send([Buffer.of(0x80), large]);
          await end;
          most = Math.max(most, daemon.residentBytes);
          peer.close();
        });
      }
      const refusal = async (parts: Uint8Array[]) => {
        const peer = new RawPeer(address, 'work');
        await peer.send(parts);
        const response = await peer.receive();
        if (!response || !('error' in response) || response.error.code !== 'too_large')
          faults.push('no too_large');
        peer.close();
      };
      await timed('header', () => refusal([Buffer.alloc(MAX_HEADER_BYTES + 1, 0x80)]));
      const many = Array.from({ length: MAX_FRAMES + 1 }, () => Buffer.alloc(8));
      await timed('array frames', () => refusal([Buffer.of(0x80), ...many]));
      if (!world.bits.check('large', digestOf(await other))) faults.push('other bits');
    });
    if (daemon.pid !== pid) faults.push('another daemon');
    if (most - before > MAX_FRAME_BYTES / 4) faults.push(`grew by ${((most - before) / MIB).toFixed(0)} MiB`);
    return {
      measured: `${times.join(', ')}; ${faults.length === 0 ? 'the other client got the usual bits' : faults.join('; ')}; ${pingText(pings)}`,
      passed: faults.length === 0,
    };
  },
};
