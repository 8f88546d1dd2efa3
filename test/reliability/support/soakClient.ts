/** A client of the soak: it does one thing after another, chosen at random, and looks at what comes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asEuphonicError, type ErrorCode } from '../../../src/base/errors.js';
import type { EuphonicClient } from '../../../src/client/client.js';
import type { ModelSummary } from '../../../src/protocol/messages.js';
import { arbitraryModel } from '../../support/models.js';
import { digest, digestOf, pointsOf, QUARTZ, REQUEST_NAMES, request } from './results.js';

/** Models that are sent, beside the one that is read: a few, so that they are met again. */
const SENT_MODELS = 4;
const GRIDS: [number, number, number][] = [
  [2, 2, 2],
  [3, 3, 3],
  [4, 4, 3],
];

export async function soak(
  client: EuphonicClient,
  next: () => number,
  say: (message: object) => void,
): Promise<void> {
  const choose = <T>(list: readonly T[]): T => list[Math.floor((next() + 0.5) * list.length)];
  let quartz: ModelSummary = await client.loadModel(QUARTZ);
  let paused: (() => void) | undefined;
  let pausing: Promise<void> | undefined;
  process.on('message', ({ order }: { order: 'pause' | 'resume' }) => {
    if (order === 'pause') {
      pausing = new Promise((resolve) => {
        paused = resolve;
      });
    } else {
      pausing = undefined;
      paused?.();
    }
  });

  /** An action that must fail with this code. */
  const refused = async (code: ErrorCode, action: Promise<unknown>) => {
    const outcome = await action.then(
      () => 'no error',
      (error) => asEuphonicError(error).code,
    );
    if (outcome !== code) throw new Error(`expected ${code}, found ${outcome}`);
  };

  const actions: Record<string, { weight: number; act(): Promise<void> }> = {
    evaluate: {
      weight: 10,
      async act() {
        const name = choose(REQUEST_NAMES);
        const { nPoints, options } = request(name);
        const evaluation = await client.evaluate(quartz, pointsOf(nPoints), options);
        say({ event: 'result', name, digest: digestOf(evaluation) });
      },
    },
    cancel: {
      weight: 4,
      async act() {
        const { nPoints, options } = request('large');
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(), 300 * (next() + 0.5));
        const running = client.evaluate(quartz, pointsOf(nPoints), { ...options, signal: abort.signal });
        await running.catch((error) => {
          if (asEuphonicError(error).code !== 'cancelled') throw error;
        });
        clearTimeout(timer);
      },
    },
    send: {
      weight: 2,
      async act() {
        const seed = 1 + Math.floor((next() + 0.5) * SENT_MODELS);
        const model = await client.putModel(arbitraryModel(seed));
        const { frequencies } = await client.evaluate(model, pointsOf(200), { quantity: 'frequencies' });
        say({ event: 'result', name: `arbitrary ${seed}`, digest: digest(frequencies) });
      },
    },
    load: {
      weight: 2,
      async act() {
        quartz = await client.loadModel(QUARTZ);
        await client.modelInfo(quartz);
      },
    },
    tensors: {
      weight: 2,
      async act() {
        const grid = choose(GRIDS);
        const { tensors } = await client.debyeWaller(quartz, { grid, temperature: choose([5, 77, 300]) });
        if (!tensors.every(Number.isFinite)) throw new Error('tensors that are not finite');
      },
    },
    look: {
      weight: 4,
      async act() {
        await client.ping();
        await client.status();
      },
    },
    mistake: {
      weight: 2,
      async act() {
        const q = pointsOf(10);
        await refused('invalid_argument', client.evaluate(quartz, q, { temperature: -1 }));
        await refused('file_not_found', client.loadModel('/nowhere/at/all.json'));
        await refused('unknown_model', client.evaluate({ ...quartz, model: 'f'.repeat(64) }, q, {}));
      },
    },
    reconnect: {
      weight: 1,
      async act() {
        client.close();
        await client.ping();
      },
    },
    die: {
      weight: 0.5,
      async act() {
        const { nPoints, options } = request('large');
        say({ event: 'dying' });
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300 * (next() + 0.5));
        await client.evaluate(quartz, pointsOf(nPoints), options);
        await new Promise(() => {});
      },
    },
  };
  const total = Object.values(actions).reduce((sum, { weight }) => sum + weight, 0);

  say({ event: 'running' });
  for (;;) {
    if (pausing) {
      say({ event: 'paused' });
      await pausing;
      say({ event: 'resumed' });
    }
    let at = (next() + 0.5) * total;
    for (const [name, { weight, act }] of Object.entries(actions)) {
      at -= weight;
      if (at > 0) continue;
      try {
        await act();
        say({ event: 'did', name });
      } catch (error) {
        say({ event: 'fault', name, message: String(error) });
      }
      break;
    }
    await sleep(50 * (next() + 0.5));
  }
}
