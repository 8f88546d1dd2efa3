/** A client of the soak: it does one thing after another, chosen at random, and looks at what comes of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asEuphonicError, type ErrorCode } from '../../../src/base/errors.js';
import type { EuphonicClient } from '../../../src/client/client.js';
import type { ModelSummary } from '../../../src/protocol/results.js';
import { arbitraryModel } from '../../support/models.js';
import { digest, digestOf, pointsOf, QUARTZ, REQUEST_NAMES, request } from './results.js';

/** Models that are sent, beside the one that is read: a few, so that they are met again. */
const SENT_MODELS = 4;
const GRIDS: [number, number, number][] = [
  [2, 2, 2],
  [3, 3, 3],
  [4, 4, 3],
];

/** What the actions of one client share. */
interface Soak {
  client: EuphonicClient;
  quartz: ModelSummary;
  /** numbers from -0.5 to 0.5 */
  next: () => number;
  say: (message: object) => void;
}

interface Action {
  /** how often it is chosen, beside the others */
  weight: number;
  act(soak: Soak): Promise<void>;
}

const part = ({ next }: Soak) => next() + 0.5;

function choose<T>(soak: Soak, list: readonly T[]): T {
  return list[Math.floor(part(soak) * list.length)];
}

/** An action that must fail with this code. */
async function refused(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  const outcome = await action.then(
    () => 'no error',
    (error) => asEuphonicError(error).code,
  );
  if (outcome !== code) throw new Error(`expected ${code}, found ${outcome}`);
}

const WORK: Record<string, Action> = {
  evaluate: {
    weight: 10,
    async act(soak) {
      const name = choose(soak, REQUEST_NAMES);
      const { nPoints, options } = request(name);
      const evaluation = await soak.client.evaluate(soak.quartz, pointsOf(nPoints), options);
      soak.say({ event: 'result', name, digest: digestOf(evaluation) });
    },
  },
  send: {
    weight: 2,
    async act(soak) {
      const { client, say } = soak;
      const seed = 1 + Math.floor(part(soak) * SENT_MODELS);
      const model = await client.putModel(arbitraryModel(seed));
      const { frequencies } = await client.evaluate(model, pointsOf(200), { quantity: 'frequencies' });
      say({ event: 'result', name: `arbitrary ${seed}`, digest: digest(frequencies) });
    },
  },
  load: {
    weight: 2,
    async act(soak) {
      soak.quartz = await soak.client.loadModel(QUARTZ);
      await soak.client.modelInfo(soak.quartz);
    },
  },
  tensors: {
    weight: 2,
    async act(soak) {
      const options = { grid: choose(soak, GRIDS), temperature: choose(soak, [5, 77, 300]) };
      const { tensors } = await soak.client.debyeWaller(soak.quartz, options);
      if (!tensors.every(Number.isFinite)) throw new Error('tensors that are not finite');
    },
  },
  look: {
    weight: 4,
    async act({ client }) {
      await client.ping();
      await client.status();
    },
  },
};

const TROUBLE: Record<string, Action> = {
  cancel: {
    weight: 4,
    async act(soak) {
      const { nPoints, options } = request('large');
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), 300 * part(soak));
      const points = pointsOf(nPoints);
      const running = soak.client.evaluate(soak.quartz, points, { ...options, signal: abort.signal });
      await running.catch((error) => {
        if (asEuphonicError(error).code !== 'cancelled') throw error;
      });
      clearTimeout(timer);
    },
  },
  mistake: {
    weight: 2,
    async act({ client, quartz }) {
      const q = pointsOf(10);
      await refused('invalid_argument', client.evaluate(quartz, q, { temperature: -1 }));
      await refused('file_not_found', client.loadModel('/nowhere/at/all.json'));
      await refused('unknown_model', client.evaluate({ ...quartz, model: 'f'.repeat(64) }, q, {}));
    },
  },
  reconnect: {
    weight: 1,
    async act({ client }) {
      client.close();
      await client.ping();
    },
  },
  die: {
    weight: 0.5,
    async act(soak) {
      const { nPoints, options } = request('large');
      soak.say({ event: 'dying' });
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300 * part(soak));
      await soak.client.evaluate(soak.quartz, pointsOf(nPoints), options);
      await new Promise(() => {});
    },
  },
};

/** Each action as often as its weight says, which are halves. */
const LOTS = Object.entries({ ...WORK, ...TROUBLE }).flatMap((action) =>
  Array.from({ length: 2 * action[1].weight }, () => action),
);

/** Waits as long as the one who started this process wants it to. */
function pauses(say: Soak['say']): () => Promise<void> {
  let resume = () => {};
  let pausing: Promise<void> | undefined;
  process.on('message', ({ order }: { order: 'pause' | 'resume' }) => {
    resume();
    pausing =
      order === 'resume'
        ? undefined
        : new Promise((resolve) => {
            resume = resolve;
          });
  });
  return async () => {
    if (!pausing) return;
    say({ event: 'paused' });
    await pausing;
    say({ event: 'resumed' });
  };
}

export async function soak(
  client: EuphonicClient,
  next: () => number,
  say: (message: object) => void,
): Promise<void> {
  const own: Soak = { client, quartz: await client.loadModel(QUARTZ), next, say };
  const waitWhilePaused = pauses(say);
  say({ event: 'running' });
  for (;;) {
    await waitWhilePaused();
    const [name, { act }] = choose(own, LOTS);
    try {
      await act(own);
      say({ event: 'did', name });
    } catch (error) {
      say({ event: 'fault', name, message: String(error) });
    }
    await sleep(50 * part(own));
  }
}
