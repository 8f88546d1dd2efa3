/** What commands that calculate share: the daemon, a model read by it, progress, and Ctrl-C. */
import { SingleBar } from 'cli-progress';
import { EuphonicClient } from '../../client/client.js';
import type { EvaluateOptions, Evaluation } from '../../client/evaluation.js';
import { toFloat64Array } from '../../protocol/arrays.js';
import type { ModelSummary, Status } from '../../protocol/results.js';
import type { Progress } from '../../spectra/calculation/calculator.js';
import type { CrystalData } from '../formats/structureFactorFile.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';

export interface Session {
  client: EuphonicClient;
  model: ModelSummary;
  crystal: CrystalData;
  /** aborted by Ctrl-C */
  signal: AbortSignal;
  /** As the client does, with progress on the terminal and until Ctrl-C. With `progress` it is one of several evaluations. */
  evaluate(qpts: Float64Array, options: EvaluateOptions, progress?: Progress): Promise<Evaluation>;
  /** Shows how far several evaluations are together, until it is stopped. */
  progress(): Progress;
}

/** A calculation that takes longer than this shows its progress, where standard error is a terminal. */
const PROGRESS_AFTER_MS = 1000;

/** Elsewhere there is a line of it as often as this. */
const PROGRESS_LINE_MS = 15_000;

/** Does `work` with a model that the daemon has read. */
export async function withModel<T>(
  path: string,
  flags: ModelFlags,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const reading = modelOptions(flags);
  const client = new EuphonicClient();
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  try {
    const model = await client.loadModel(path, reading);
    const { frames } = await client.modelInfo(model);
    // until here Ctrl-C simply ends the process: the daemon keeps what it reads, for whoever asks next
    process.once('SIGINT', interrupt);
    const array = (name: string) => toFloat64Array(frames.find((frame) => frame.name === name)!);
    const crystal = {
      cellVectors: array('cell_vectors'),
      atomR: array('atom_r'),
      atomMass: array('atom_mass'),
      atomType: model.atom_type,
    };
    const { signal } = abort;
    const evaluate: Session['evaluate'] = async (qpts, options, whole) => {
      const progress = whole ?? progressBar();
      progress.add(qpts.length / 3);
      const stopPlanBar = planBar(client, model.model);
      const onProgress = (points: number) => {
        stopPlanBar(); // a plan that is still being made is somebody else's
        progress.update(points);
      };
      try {
        return await client.evaluate(model, qpts, { ...options, onProgress, signal });
      } finally {
        stopPlanBar();
        if (!whole) progress.stop();
      }
    };
    return await work({ client, model, crystal, signal, evaluate, progress: progressBar });
  } finally {
    process.removeListener('SIGINT', interrupt);
    client.close();
  }
}

/** The same with several, one after another. */
export function withModels<T>(
  paths: readonly string[],
  flags: ModelFlags,
  work: (sessions: Session[]) => Promise<T>,
  opened: Session[] = [],
): Promise<T> {
  if (opened.length === paths.length) return work(opened);
  return withModel(paths[opened.length], flags, (session) =>
    withModels(paths, flags, work, [...opened, session]),
  );
}

/** Shows how far the plan of a model is, where making it takes a while and on a terminal, until it is stopped. */
function planBar(client: EuphonicClient, model: string): () => void {
  if (!process.stderr.isTTY) return () => {};
  const bar = new SingleBar({
    format: '{bar} {percentage} % of the plan | {seconds} s',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  let shown = false;
  const show = (plan: Status['plans'][number] | undefined) => {
    const percent = Math.floor(100 * (plan?.fraction ?? 0));
    const payload = { seconds: Math.floor(plan?.seconds ?? 0) };
    if (!plan) {
      if (shown) bar.stop();
    } else if (shown) {
      bar.update(percent, payload);
    } else {
      bar.start(100, percent, payload);
    }
    shown = plan !== undefined;
  };
  let stopped = false;
  const look = async () => {
    const plan = (await client.status()).plans.find((plan) => plan.model === model);
    if (!stopped) show(plan);
  };
  // how far it is, is not worth an error: what waits for the result finds out what is wrong
  const timer = setInterval(() => void look().catch(() => {}), PROGRESS_AFTER_MS);
  return () => {
    stopped = true;
    clearInterval(timer);
    show(undefined);
  };
}

/** Shows itself only when the work takes a while: as a bar on a terminal, elsewhere by a line now and then. */
function progressBar(): Progress {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} q-points{left}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const isTerminal = process.stderr.isTTY;
  const start = Date.now();
  let shown = false;
  let [before, total, parts] = [0, 0, 0];
  let nextLine = start + PROGRESS_LINE_MS;
  /** Of what comes in parts nobody knows yet how many there will be: only the time that has gone is told. */
  const left = (done: number) => {
    const seconds = (Date.now() - start) / 1000;
    if (parts > 1) return ` or more | ${Math.round(seconds)} s`;
    return done === 0 ? '' : ` | ${Math.ceil((seconds * (total - done)) / done)} s left`;
  };
  return {
    add(points) {
      before = total;
      total += points;
      parts++;
      if (shown) bar.setTotal(total);
    },
    update(points) {
      const done = before + points;
      if (!isTerminal && Date.now() > nextLine && done < total) {
        process.stderr.write(`${done} of ${total} q-points${left(done)}\n`);
        nextLine = Date.now() + PROGRESS_LINE_MS;
      }
      if (!shown && isTerminal && Date.now() - start > PROGRESS_AFTER_MS && done < total) {
        bar.start(total, done, { left: left(done) });
        shown = true;
      }
      if (shown) bar.update(done, { left: left(done) });
    },
    stop() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
