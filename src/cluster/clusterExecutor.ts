/** The executor of a gateway: it plans and does small jobs by itself, and hands the chunks of others to workers. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type {
  Executor,
  ExecutorJob,
  ExecutorKind,
  ExecutorModel,
  ExecutorPlan,
  JobBudget,
  JobOptions,
  ModelSource,
  PlanOptions,
} from '../compute/executor.js';
import { localExecutor } from '../compute/local/localExecutor.js';
import { type Log, openLog } from '../runtime/log.js';
import { type RuntimePaths, runtimePaths } from '../runtime/paths.js';
import { clusterAdvice, MAX_INFLIGHT_BYTES, staysHome } from './advice.js';
import { Blobs, digestOf } from './blobs.js';
import { ownBuild } from './build.js';
import { ClusterJob } from './clusterJob.js';
import { type JobContent, type ModelFrame, partsOfModel } from './content.js';
import { Dispatch } from './dispatch.js';
import { type GatewayFile, readGatewayFile, readLauncherFile } from './files.js';
import { encodeAnswer, encodeMessage } from './message.js';
import { classOf } from './probe.js';

/** Threads of the gateway where nobody said otherwise: computers on which people log in are shared. */
const LOCAL_THREADS = 2;

/** A model of more bytes is not sent: a frame of a message holds no more. */
const MAX_MODEL_BYTES = 2 ** 30;

interface ClusterModel extends ExecutorModel {
  local: ExecutorModel;
  frame: ModelFrame;
}

interface ClusterPlan extends ExecutorPlan {
  local: ExecutorPlan;
  model: ClusterModel;
}

/** The executor of the gateway that the file describes. */
export function clusterExecutor(gateway: GatewayFile, paths: RuntimePaths = runtimePaths()): ExecutorKind {
  return {
    availableThreads: () => {
      const { threads, reason } = localExecutor.availableThreads();
      if (threads <= LOCAL_THREADS) return { threads, reason };
      return { threads: LOCAL_THREADS, reason: 'of a gateway, whose workers have more' };
    },
    create: async (threads) => {
      const log = openLog(join(gateway.directory, 'gateway.log'));
      const local = await localExecutor.create(threads);
      const blobs = new Blobs();
      const dispatch = new Dispatch(gateway, ownBuild(), await classOf(local), blobs, log);
      await dispatch.start();
      return new ClusterExecutor(local, dispatch, blobs, gateway, paths, log);
    },
  };
}

class ClusterExecutor implements Executor {
  readonly threads: number;
  readonly threadsReason: string;
  readonly simd: string;
  readonly maxInflightBytes = MAX_INFLIGHT_BYTES;

  constructor(
    private readonly local: Executor,
    private readonly dispatch: Dispatch,
    private readonly blobs: Blobs,
    private readonly gateway: GatewayFile,
    private readonly paths: RuntimePaths,
    private readonly log: Log,
  ) {
    ({ threads: this.threads, threadsReason: this.threadsReason, simd: this.simd } = local);
  }

  cluster() {
    return { directory: this.gateway.directory, ...this.dispatch.state() };
  }

  async addModel({ id, content }: ModelSource): Promise<ClusterModel> {
    const { forceConstants: _, ...frame } = await content();
    const local = await this.local.addModel({ id, content });
    return { id, bytes: local.bytes, supercell: () => local.supercell(), local, frame };
  }

  planBytes(model: ExecutorModel, options: PlanOptions): number {
    return this.local.planBytes((model as ClusterModel).local, options);
  }

  async plan(
    model: ExecutorModel,
    options: PlanOptions,
    signal: AbortSignal,
    watch?: (fraction: () => number) => void,
  ): Promise<ClusterPlan> {
    const local = await this.local.plan((model as ClusterModel).local, options, signal, watch);
    return { key: local.key, info: local.info, bytes: local.bytes, local, model: model as ClusterModel };
  }

  leastBytes: Executor['leastBytes'] = (nAtoms, options) => this.local.leastBytes(nAtoms, options);

  async open(plan: ExecutorPlan, options: JobOptions, budget: JobBudget): Promise<ExecutorJob> {
    const { local, model } = plan as ClusterPlan;
    const home = await this.local.open(local, options, budget);
    const { nModes, bytesPerPoint, bytesPerChunk } = home;
    const blockPoints = options.histogram?.blockPoints ?? 0;
    const { nTerms } = local.info;
    const shape = { nPoints: budget.nPoints, nModes, nTerms, bytesPerPoint, bytesPerChunk, blockPoints };
    // by the threads of all jobs, so that what is kept of q-points meets a job of its kind again
    if (staysHome(shape, this.threads) || model.bytes > MAX_MODEL_BYTES) return home;
    try {
      const workers = this.workers();
      const advice = clusterAdvice(shape, workers);
      const underWay = Math.min(advice.chunkPoints * advice.window, Math.max(1, budget.nPoints));
      const memory = underWay * bytesPerPoint + advice.window * bytesPerChunk;
      const grant = await budget.admit({ workspace: 0, threads: 1, other: memory });
      const content = encodeAnswer({ model: model.id, plan: plan.key.options, options } satisfies JobContent);
      const digest = digestOf(content);
      const { className, notes } = this.dispatch.chooseClass();
      const job = randomBytes(8).toString('hex');
      const releases = [
        grant.release,
        this.blobs.hold(digest, async () => [content]),
        this.blobs.hold(model.id, () => partsOfModel(model.frame, model)),
      ];
      this.dispatch.begin(job, digest, className);
      return new ClusterJob(
        { home, dispatch: this.dispatch, blobs: this.blobs, shape, advice, job, digest, className, notes },
        () => {
          for (const release of releases) release();
        },
      );
    } catch (error) {
      home.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.local.close();
    // without its file the cluster is no more, and its workers need not wait for it
    const isOver = readGatewayFile(this.paths) === undefined;
    await this.dispatch.end(isOver ? encodeMessage('all', { end: true }) : undefined);
    this.log.info('ended');
    await this.log.finish();
  }

  /** Those that are there, or are still to come. */
  private workers(): { count: number; threads: number } {
    const asked = readLauncherFile(this.gateway.directory);
    const { count, threads } = this.dispatch.workers();
    const missing = Math.max(0, (asked?.workers ?? 0) - count);
    const all = threads + missing * (asked?.threads_per_worker ?? 1);
    return { count: count + missing, threads: Math.ceil(all / Math.max(1, count + missing)) };
  }
}
