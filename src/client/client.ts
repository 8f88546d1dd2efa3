/**
 * The TypeScript client. A daemon that is not there is started; one that ends in the middle of a call is started
 * once more, told the model again, and asked for what is still missing.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { EuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { ForceConstants } from '../models/forceConstants.js';
import { inAmu, inAngstrom } from '../models/units.js';
import { float64Frame, int32Frame, toFloat64Array } from '../protocol/arrays.js';
import { crystalFrames } from '../protocol/crystalFrames.js';
import { PROTOCOL_VERSION } from '../protocol/limits.js';
import type { ArrayFrame, ControlMethod, Method, Params, WorkMethod } from '../protocol/messages.js';
import type { DebyeWallerSummary, ModelSummary, Results, Status } from '../protocol/results.js';
import type { DaemonAddress } from '../runtime/daemonAddress.js';
import { type RuntimePaths, runtimePaths } from '../runtime/paths.js';
import type { StartLimits } from '../runtime/startLimits.js';
import { type EvaluateOptions, type Evaluation, EvaluationStream } from './evaluation.js';
import { ensureDaemon } from './launcher.js';
import { RequestSocket, type ResponseTo } from './requestSocket.js';

/** What a daemon is told that has to be started, and where it is. */
export interface ClientOptions extends StartLimits {
  /** where the daemon is looked for; by default where the environment says */
  paths?: RuntimePaths;
}

export type DebyeWallerOptions = Omit<Params<'debye_waller'>, 'model' | 'ticket'>;

export interface DebyeWallerTensors extends DebyeWallerSummary {
  /** [n,3,3] Å²: the tensor W of each atom */
  tensors: Float64Array;
}

/** How a model can be sent again to a daemon that does not have it. */
type Source =
  | { method: 'model.load'; params: Params<'model.load'> }
  | { method: 'model.put'; params: Params<'model.put'>; frames: ArrayFrame[] };

/** Times that a lost daemon is replaced within one call. */
const MAX_RESTARTS = 3;

export class EuphonicClient {
  private readonly options: Required<Pick<ClientOptions, 'paths'>> & ClientOptions;
  private readonly sources = new Map<string, Source>();
  private connecting: Promise<Connection> | undefined;
  private connection: Connection | undefined;

  constructor(options: ClientOptions = {}) {
    this.options = { ...options, paths: options.paths ?? runtimePaths() };
  }

  /** Connects, starting a daemon if none is alive. Other calls do this by themselves. */
  async connect(): Promise<DaemonAddress> {
    return (await this.connected()).address;
  }

  /** Has the daemon read a file of its host. */
  loadModel(path: string, options: Omit<Params<'model.load'>, 'path'> = {}): Promise<ModelSummary> {
    return this.give({ method: 'model.load', params: { ...options, path: resolve(path) } });
  }

  /** Sends a model's content. */
  putModel(model: ForceConstants): Promise<ModelSummary> {
    const { crystal, nAtoms: n, nCells: c, scMatrix, born, dielectric } = model;
    const { cellVectors, atomR, atomMass } = crystal;
    const polar = born && dielectric ? { born, dielectric } : {};
    const frames = [
      ...crystalFrames({
        cellVectors: inAngstrom(cellVectors),
        atomR,
        atomMass: inAmu(atomMass),
        scMatrix,
        ...polar,
      }),
      int32Frame('cell_origins', [c, 3], model.cellOrigins),
      float64Frame('force_constants', [c, 3 * n, 3 * n], model.forceConstants),
    ];
    return this.give({ method: 'model.put', params: { atom_type: [...crystal.atomType] }, frames });
  }

  /** A model's summary, with its cell vectors (Å), positions and masses (amu). */
  modelInfo(model: ModelSummary, symmetry = false): Promise<ResponseTo<'model.info'>> {
    return this.retried(model, ({ work }) => work.request('model.info', { model: model.model, symmetry }));
  }

  /**
   * Evaluates a model at q-points. `qpts` is [3,nPoints] in r.l.u.: all h, then all k, then all l.
   * Rejects with any code of the daemon, or `cancelled` after `options.signal` was aborted.
   */
  async evaluate(
    model: ModelSummary,
    qpts: Float64Array,
    options: EvaluateOptions = {},
  ): Promise<Evaluation> {
    checkLengths(qpts, options);
    const { signal } = options;
    const stream = new EvaluationStream(model, qpts, options);
    let connection: Connection | undefined;
    // until the job has a name, what is done for it goes by its ticket
    let job: string | undefined = stream.ticket;
    const cancel = () => {
      if (job !== undefined) void connection?.control.request('job.cancel', { job }).catch(() => {});
    };
    signal?.addEventListener('abort', cancel);
    try {
      return await this.retried(model, (current) => {
        connection = current;
        job = stream.ticket;
        return stream.perform(current.work, (name) => {
          job = name;
          if (signal?.aborted) cancel();
        });
      });
    } catch (error) {
      // what else is under way of this job has no reader any more
      cancel();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /**
   * Debye–Waller tensors of a model as an average over a Monkhorst–Pack grid of q-points. The daemon keeps them.
   * Rejects with any code of the daemon, or `cancelled` after `signal` was aborted.
   */
  async debyeWaller(
    model: ModelSummary,
    options: DebyeWallerOptions,
    signal?: AbortSignal,
  ): Promise<DebyeWallerTensors> {
    const ticket = randomUUID();
    let connection: Connection | undefined;
    const cancel = () => void connection?.control.request('job.cancel', { job: ticket }).catch(() => {});
    signal?.addEventListener('abort', cancel);
    try {
      const { result, frames } = await this.retried(model, (current) => {
        if (signal?.aborted) throw new EuphonicError('cancelled', 'The calculation was cancelled.');
        connection = current;
        return current.work.request('debye_waller', { ...options, model: model.model, ticket });
      });
      return { ...result, tensors: toFloat64Array(frames.find(({ name }) => name === 'debye_waller')!) };
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async hello(): Promise<Results['hello']> {
    const params = { client: 'typescript', version: VERSION, protocol: PROTOCOL_VERSION };
    return (await (await this.connected()).work.request('hello', params)).result;
  }

  async ping(): Promise<void> {
    await this.control('ping', {});
  }

  async status(): Promise<Status> {
    return this.control('status', {});
  }

  /** Closes the connection; the daemon goes on. Calls under way reject with `daemon_lost`. */
  close(): void {
    if (!this.connection) return;
    this.connection.closed = true;
    this.forget(this.connection);
  }

  private async control<M extends ControlMethod>(method: M, params: Params<M>): Promise<Results[M]> {
    return (await (await this.connected()).control.request(method, params)).result;
  }

  private async give(source: Source): Promise<ModelSummary> {
    const summary = await this.retried(undefined, (connection) => send(connection.work, source));
    this.sources.set(summary.model, source);
    return summary;
  }

  /**
   * Performs an action; once more with another daemon if this one is lost, and with the model sent again if the daemon
   * does not have it. Each of these happens once for every daemon at most, so that the call ends.
   */
  private async retried<T>(
    model: ModelSummary | undefined,
    action: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    let restarts = 0;
    let resentTo: Connection | undefined;
    let reopenedOn: Connection | undefined;
    for (;;) {
      const connection = await this.connected();
      try {
        return await action(connection);
      } catch (error) {
        const code = error instanceof EuphonicError ? error.code : 'internal';
        const gone = (code === 'daemon_lost' || code === 'shutting_down') && !connection.closed;
        if (gone && restarts < MAX_RESTARTS) {
          restarts++;
          this.forget(connection);
        } else if (
          code === 'unknown_model' &&
          model &&
          resentTo !== connection &&
          this.sources.has(model.model)
        ) {
          resentTo = connection;
          await this.resend(connection.work, model);
        } else if (code === 'unknown_job' && reopenedOn !== connection) {
          reopenedOn = connection;
        } else {
          throw error;
        }
      }
    }
  }

  private async resend(work: RequestSocket, model: ModelSummary): Promise<void> {
    const summary = await send(work, this.sources.get(model.model)!);
    if (summary.model === model.model) return;
    throw new EuphonicError('unknown_model', 'The file has changed since it was read.', {
      where: summary.source,
      expected: `the model ${model.model}`,
      advice: 'Read it again.',
    });
  }

  private connected(): Promise<Connection> {
    if (this.connection?.work.lost || this.connection?.control.lost) this.forget(this.connection);
    if (this.connection) return Promise.resolve(this.connection);
    this.connecting ??= this.open().finally(() => {
      this.connecting = undefined;
    });
    return this.connecting;
  }

  private async open(): Promise<Connection> {
    const { address } = await ensureDaemon(this.options);
    this.connection = {
      address,
      work: new RequestSocket(address, address.work),
      control: new RequestSocket(address, address.control),
      closed: false,
    };
    return this.connection;
  }

  private forget(connection: Connection): void {
    connection.work.close();
    connection.control.close();
    if (this.connection === connection) this.connection = undefined;
  }
}

interface Connection {
  address: DaemonAddress;
  work: RequestSocket;
  control: RequestSocket;
  /** by the client's owner: then nothing is tried again */
  closed: boolean;
}

async function send(work: RequestSocket, source: Source): Promise<ModelSummary> {
  const response: ResponseTo<Extract<Method & WorkMethod, 'model.load' | 'model.put'>> =
    source.method === 'model.load'
      ? await work.request('model.load', source.params)
      : await work.request('model.put', source.params, source.frames);
  return response.result;
}

function checkLengths(
  qpts: Float64Array,
  { directions, energies, weights, debyeWaller }: EvaluateOptions,
): void {
  const check = (right: boolean, name: string, length: number, expected: string) => {
    if (right) return;
    throw new EuphonicError('invalid_argument', `${name} has ${length} numbers.`, { where: name, expected });
  };
  check(qpts.length % 3 === 0, 'qpts', qpts.length, '[3,nPoints]: all h, then all k, then all l');
  if (directions)
    check(directions.length === qpts.length, 'directions', directions.length, 'as many as qpts');
  if (energies)
    check(3 * energies.length === qpts.length, 'energies', energies.length, 'one for each q-point');
  if (weights) check(3 * weights.length === qpts.length, 'weights', weights.length, 'one for each q-point');
  if (debyeWaller) check(debyeWaller.length % 9 === 0, 'debyeWaller', debyeWaller.length, '[n,3,3]');
}
