/**
 * Debye–Waller tensors as averages over grids of q-points. Each is computed once for a model, its options, a grid and a
 * temperature; clients that want the same one wait for it together, and it stops when none of them is left.
 */
import { randomBytes } from 'node:crypto';
import { EuphonicError } from '../../base/errors.js';
import { Semaphore } from '../../base/semaphore.js';
import type { Executor, ExecutorJob, JobOptions } from '../../compute/executor.js';
import type { SpaceGroup } from '../../models/symmetry.js';
import { MAX_DEBYE_WALLER_POINTS } from '../../protocol/limits.js';
import type { CheckedParams, DebyeWallerSummary, Status } from '../../protocol/messages.js';
import { type Grid, type GridPart, halfGrid, sizeOf, TensorSum } from '../../qpoints/grid.js';
import { isSymmetric, probePoints, wedgePart } from '../../qpoints/irreducibleWedge.js';
import { checkLeast, openAdmitted } from '../limits/admission.js';
import type { ChunkAdvice } from '../limits/chunkAdvice.js';
import type { MemoryBudget } from '../limits/memoryBudget.js';
import { MAX_DEBYE_WALLER_RESULTS, MAX_DEBYE_WALLER_RUNNING } from '../limits/settings.js';
import type { Peer } from '../sockets/peerSocket.js';
import type { ModelStore } from '../store/modelStore.js';
import { KernelTime } from './kernelTime.js';

type DebyeWallerParams = CheckedParams<'debye_waller'>;

export interface DebyeWallerResult {
  /** [n,3,3] Å²; never written to once made */
  tensors: Float64Array;
  summary: DebyeWallerSummary;
}

type Computed = { tensors: Float64Array; summary: Omit<DebyeWallerSummary, 'cached'> };

interface Waiter {
  peer: Peer;
  ticket: string | undefined;
  reject(error: EuphonicError): void;
}

interface Calculation {
  id: string;
  key: string;
  params: DebyeWallerParams;
  /** the points that are evaluated */
  part: GridPart;
  result: Promise<Computed>;
  finished: boolean;
  /** aborted when nobody waits for it any more */
  stop: AbortController;
  work: ExecutorJob | undefined;
  waiters: Set<Waiter>;
  points: number;
  startedAt: number;
}

const cancelledError = () => new EuphonicError('cancelled', 'The Debye–Waller calculation was cancelled.');

export class DebyeWaller {
  /** those under way and those that are kept, least recently used first */
  private readonly calculations = new Map<string, Calculation>();
  private readonly running = new Semaphore(MAX_DEBYE_WALLER_RUNNING);

  constructor(
    private readonly executor: Executor,
    private readonly models: ModelStore,
    private readonly memory: MemoryBudget,
  ) {}

  /** Throws `too_large`, `unknown_model`, `invalid_argument`, or `cancelled`. */
  get(peer: Peer, params: DebyeWallerParams): Promise<DebyeWallerResult> {
    checkSize(params.grid);
    this.models.get(params.model);
    const key = keyOf(params);
    let calculation = this.calculations.get(key);
    const cached = calculation?.finished ?? false;
    if (calculation) this.calculations.delete(key);
    else calculation = this.start(key, params);
    const { waiters, result } = calculation;
    this.calculations.set(key, calculation);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { peer, ticket: params.ticket, reject };
      waiters.add(waiter);
      result
        .then(({ tensors, summary }) => resolve({ tensors, summary: { ...summary, cached } }), reject)
        .finally(() => waiters.delete(waiter));
    });
  }

  /** Stops what is called so: a ticket, or a name from `list`. */
  cancel(name: string): boolean {
    return this.leave((waiter, { id }) => id === name || waiter.ticket === name);
  }

  peerGone(peer: Peer): void {
    this.leave((waiter) => waiter.peer === peer);
  }

  shutdown(): void {
    this.leave(() => true, new EuphonicError('shutting_down', 'The daemon is ending.'));
  }

  /** What is under way, beside the jobs. */
  list(): Status['jobs'] {
    const now = performance.now();
    return [...this.calculations.values()]
      .filter(({ finished }) => !finished)
      .map(({ id, params, part, points, startedAt }) => ({
        job: id,
        model: params.model,
        quantity: 'debye_waller',
        points,
        n_points: part.count,
        seconds: (now - startedAt) / 1000,
      }));
  }

  /** Lets waiters go; a calculation that nobody waits for any more is stopped. */
  private leave(
    goes: (waiter: Waiter, calculation: Calculation) => boolean,
    error: EuphonicError = cancelledError(),
  ): boolean {
    let any = false;
    for (const calculation of [...this.calculations.values()]) {
      const { waiters, finished, key, work } = calculation;
      if (finished) continue;
      for (const waiter of [...waiters]) {
        if (!goes(waiter, calculation)) continue;
        any = true;
        waiters.delete(waiter);
        waiter.reject(error);
      }
      if (waiters.size > 0) continue;
      calculation.stop.abort();
      work?.cancel();
      this.calculations.delete(key);
    }
    return any;
  }

  private start(key: string, params: DebyeWallerParams): Calculation {
    const calculation: Calculation = {
      id: randomBytes(12).toString('hex'),
      key,
      params,
      part: halfGrid(params.grid),
      result: Promise.reject(cancelledError()),
      finished: false,
      stop: new AbortController(),
      work: undefined,
      waiters: new Set(),
      points: 0,
      startedAt: performance.now(),
    };
    calculation.result.catch(() => {});
    calculation.result = this.running
      .run(() => this.compute(calculation))
      .then(
        (computed) => {
          calculation.finished = true;
          this.evict();
          return computed;
        },
        (error) => {
          if (this.calculations.get(key) === calculation) this.calculations.delete(key);
          throw error;
        },
      );
    // a calculation that everybody has left rejects for nobody
    calculation.result.catch(() => {});
    return calculation;
  }

  private async compute(calculation: Calculation): Promise<Computed> {
    const letGo = this.models.hold(calculation.params.model);
    try {
      return await this.computeHeld(calculation);
    } finally {
      letGo();
    }
  }

  private async computeHeld(calculation: Calculation): Promise<Computed> {
    const { params } = calculation;
    const { model, grid, symmetrise } = params;
    const checkWanted = () => {
      if (calculation.stop.signal.aborted) throw cancelledError();
    };
    checkWanted();
    const { asr, dipole, dipole_parameter: dipoleParameter } = params;
    checkLeast(this.executor, this.memory, this.models.get(model).summary.n_atoms, {
      quantity: 'displacements',
    });
    const planOptions = { asr: asr ?? ('none' as const), dipole, dipoleParameter };
    const plan = await this.models.plan(model, planOptions, calculation.stop.signal);
    checkWanted();
    const group = symmetrise ? await this.models.spaceGroup(model) : undefined;
    checkWanted();
    const options: JobOptions = {
      quantity: 'displacements',
      temperature: params.temperature,
      frequencyMin: params.frequency_min,
      // an average over directions of approach would be arbitrary: at the zone centre there is none
      splitting: false,
      nThreads: params.n_threads ?? 0,
      bose: true,
      negativeE: false,
    };
    const {
      work,
      advice,
      notes: threadNotes,
      release,
    } = openAdmitted(this.executor, this.memory, plan, options, calculation.part.count);
    calculation.work = work;
    const evaluate = async () => {
      if (group) calculation.part = await this.smallestPart(group, work, grid);
      return average(work, advice, calculation.part, (points) => {
        calculation.points = points;
      });
    };
    const { sum, imaginary, seconds } = await evaluate().finally(release);
    checkWanted();
    const notes = [...plan.info.notes, ...threadNotes];
    if (imaginary > 0) {
      notes.push(
        `${imaginary} modes of the Debye–Waller grid have imaginary frequencies and are left out of the tensors.`,
      );
    }
    return {
      tensors: group ? await this.models.symmetrised(sum, group) : sum,
      summary: {
        n_points: sizeOf(grid),
        evaluated: calculation.part.count,
        imaginary,
        kernel_seconds: seconds,
        space_group: group ? { number: group.number, symbol: group.symbol } : null,
        notes,
      },
    };
  }

  /** The irreducible wedge, if it is worth it and the tensors have the crystal's symmetry, else half of the grid. */
  private async smallestPart(group: SpaceGroup, work: ExecutorJob, grid: Grid): Promise<GridPart> {
    const half = halfGrid(grid);
    const wedge = await this.models.irreducibleWedge(grid, group);
    const qpts = probePoints(group.operations);
    if (wedge.indices.length + qpts.length / 3 >= half.count) return half;
    const { displacements } = await work.compute({ qpts });
    const { buffer, byteOffset, length } = displacements!;
    const symmetric = isSymmetric(new Float64Array(buffer, byteOffset, length / 8), group.operations);
    return symmetric ? wedgePart(grid, wedge) : half;
  }

  private evict(): void {
    const kept = [...this.calculations.values()].filter(({ finished }) => finished);
    for (const { key } of kept.slice(0, Math.max(0, kept.length - MAX_DEBYE_WALLER_RESULTS))) {
      this.calculations.delete(key);
    }
  }
}

function checkSize(grid: Grid): void {
  const points = sizeOf(grid);
  if (points <= MAX_DEBYE_WALLER_POINTS) return;
  throw new EuphonicError('too_large', `The Debye–Waller grid has ${points} q-points.`, {
    where: 'grid',
    expected: `at most MAX_DEBYE_WALLER_POINTS = ${MAX_DEBYE_WALLER_POINTS}`,
    advice: 'Take a coarser grid.',
  });
}

/** All that the tensors depend on; not how many threads work. */
function keyOf(params: DebyeWallerParams): string {
  const { model, grid, temperature, asr, dipole, dipole_parameter, frequency_min, symmetrise } = params;
  return JSON.stringify([model, grid, temperature, asr, dipole, dipole_parameter, frequency_min, symmetrise]);
}

/** Average of the tensors [n,3,3] over the grid: the same bits however many threads work. */
async function average(
  work: ExecutorJob,
  { chunk_points, window }: ChunkAdvice,
  part: GridPart,
  onProgress: (points: number) => void,
): Promise<{ sum: Float64Array; imaginary: number; seconds: number }> {
  const evaluated = part.count;
  const total = new TensorSum(work.nModes / 3, part);
  const time = new KernelTime();
  let imaginary = 0;
  const submit = (offset: number) => {
    const count = Math.min(chunk_points, evaluated - offset);
    const result = work.compute({ qpts: part.points(offset, count) });
    // it is awaited in its turn; a failure before it must not leave this one unheard
    result.catch(() => {});
    return { offset, count, result };
  };
  const underWay: ReturnType<typeof submit>[] = [];
  let next = 0;
  try {
    while (next < evaluated || underWay.length > 0) {
      while (next < evaluated && underWay.length < window) {
        underWay.push(submit(next));
        next += chunk_points;
      }
      const { offset, count, result } = underWay.shift()!;
      const chunk = await result;
      time.add(chunk.startedAt, chunk.finishedAt);
      imaginary += chunk.imaginary;
      total.add(chunk.displacements!, offset, count);
      onProgress(offset + count);
    }
  } catch (error) {
    work.cancel();
    throw error;
  }
  return { sum: total.average(), imaginary, seconds: time.seconds };
}
