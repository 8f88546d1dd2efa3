/** What commands that calculate share: the daemon, a model read by it, progress, and Ctrl-C. */
import { SingleBar } from 'cli-progress';
import { EuphonicClient } from '../../client/client.js';
import type { EvaluateOptions, Evaluation } from '../../client/evaluation.js';
import { toFloat64Array } from '../../protocol/arrays.js';
import type { ModelSummary } from '../../protocol/messages.js';
import type { CrystalData } from '../formats/structureFactorFile.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';

export interface Session {
  client: EuphonicClient;
  model: ModelSummary;
  crystal: CrystalData;
  /** aborted by Ctrl-C */
  signal: AbortSignal;
  /** As the client does, with progress on the terminal and until Ctrl-C. */
  evaluate(qpts: Float64Array, options: EvaluateOptions): Promise<Evaluation>;
}

/** A calculation that takes longer than this shows its progress, where standard error is a terminal. */
const PROGRESS_AFTER_MS = 1000;

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
  process.once('SIGINT', interrupt);
  try {
    const model = await client.loadModel(path, reading);
    const { frames } = await client.modelInfo(model);
    const array = (name: string) => toFloat64Array(frames.find((frame) => frame.name === name)!);
    const crystal = {
      cellVectors: array('cell_vectors'),
      atomR: array('atom_r'),
      atomMass: array('atom_mass'),
      atomType: model.atom_type,
    };
    const { signal } = abort;
    const evaluate = async (qpts: Float64Array, options: EvaluateOptions) => {
      const progress = progressBar(qpts.length / 3);
      try {
        return await client.evaluate(model, qpts, { ...options, onProgress: progress.update, signal });
      } finally {
        progress.stop();
      }
    };
    return await work({ client, model, crystal, signal, evaluate });
  } finally {
    process.removeListener('SIGINT', interrupt);
    client.close();
  }
}

/** Shows itself only when the work takes a while, and only on a terminal. */
function progressBar(nPoints: number): { update(points: number): void; stop(): void } {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} q-points | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const start = Date.now();
  let shown = false;
  return {
    update(points) {
      if (!shown && process.stderr.isTTY && Date.now() - start > PROGRESS_AFTER_MS && points < nPoints) {
        bar.start(nPoints, points);
        shown = true;
      }
      if (shown) bar.update(points);
    },
    stop() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
