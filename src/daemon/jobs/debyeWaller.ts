/**
 * Debye–Waller tensors that clients ask for. Each average is computed once for a model, its options, a grid and a
 * temperature; clients that want the same one wait for it together, and it stops when none of them is left.
 */
import { randomBytes } from 'node:crypto';
import { EuphonicError } from '../../base/errors.js';
import { Semaphore } from '../../base/semaphore.js';
import { Shared } from '../../base/shared.js';
import { averageTensors, hasSymmetry } from '../../compute/debyeWaller.js';
import { type ExecutorJob, type JobOptions, planKeyText } from '../../compute/executor.js';
import type { SpaceGroup } from '../../models/symmetry.js';
import { MAX_DEBYE_WALLER_POINTS } from '../../protocol/limits.js';
import type { CheckedParams } from '../../protocol/messages.js';
import type { DebyeWallerSummary, Status } from '../../protocol/results.js';
import { type Grid, type GridPart, halfGrid, sizeOf } from '../../qpoints/grid.js';
import { probePoints, wedgePart } from '../../qpoints/irreducibleWedge.js';
import type { Admission } from '../limits/admission.js';
import { MAX_DEBYE_WALLER_RESULTS, MAX_DEBYE_WALLER_RUNNING } from '../limits/settings.js';
import type { Library } from '../store/library.js';
import type { ModelReader } from '../store/modelReader.js';
import { planOptions } from './jobOptions.js';

type DebyeWallerParams = CheckedParams<'debye_waller'>;

interface DebyeWallerResult {
  /** [n,3,3] Å²; never written to once made */
  tensors: Float64Array;
  summary: DebyeWallerSummary;
}

type Computed = { tensors: Float64Array; summary: Omit<DebyeWallerSummary, 'cached'> };

/** What is under way. */
interface Calculation {
  id: string;
  params: DebyeWallerParams;
  /** the points that are evaluated */
  part: GridPart;
  points: number;
  startedAt: number;
}

interface Entry {
  calculation: Calculation;
  result: Shared<Computed>;
}

export class DebyeWaller {
  /** those under way and those that are kept, least recently used first */
  private readonly entries = new Map<string, Entry>();
  private readonly semaphore = new Semaphore(MAX_DEBYE_WALLER_RUNNING);

  constructor(
    private readonly library: Library,
    private readonly reader: ModelReader,
    private readonly admission: Admission,
  ) {}

  /** Throws `too_large`, `unknown_model`, `invalid_argument`, or the signal's reason. */
  async get(params: DebyeWallerParams, signal: AbortSignal): Promise<DebyeWallerResult> {
    checkSize(params.grid);
    this.library.get(params.model);
    const key = keyOf(params);
    const entry = this.entries.get(key) ?? this.start(key, params);
    // the most recently used is the last
    this.entries.delete(key);
    this.entries.set(key, entry);
    const cached = entry.result.value !== undefined;
    const { tensors, summary } = await entry.result.wait(signal);
    this.evict();
    return { tensors, summary: { ...summary, cached } };
  }

  /** Stops a calculation by its name from `list`, for all who wait for it. Returns false if there is none. */
  cancel(id: string): boolean {
    const entry = [...this.entries.values()].find(({ calculation }) => calculation.id === id);
    if (!entry || entry.result.value) return false;
    entry.result.abort(new EuphonicError('cancelled', 'The Debye–Waller calculation was cancelled.'));
    return true;
  }

  /** What is under way, beside the jobs. */
  list(): Status['jobs'] {
    const now = performance.now();
    return [...this.entries.values()]
      .filter(({ result }) => !result.value)
      .map(({ calculation: { id, params, part, points, startedAt } }) => ({
        job: id,
        model: params.model,
        quantity: 'debye_waller',
        points,
        n_points: part.count,
        seconds: (now - startedAt) / 1000,
      }));
  }

  private start(key: string, params: DebyeWallerParams): Entry {
    const calculation = {
      id: randomBytes(12).toString('hex'),
      params,
      part: halfGrid(params.grid),
      points: 0,
      startedAt: performance.now(),
    };
    const result = new Shared(
      (signal) => this.semaphore.run(() => this.compute(calculation, signal)),
      () => this.entries.delete(key),
    );
    return { calculation, result };
  }

  private async compute(calculation: Calculation, signal: AbortSignal): Promise<Computed> {
    // everybody may have left while it waited for the semaphore
    signal.throwIfAborted();
    const release = this.library.hold(calculation.params.model);
    try {
      return await this.computeHeld(calculation, signal);
    } finally {
      release();
    }
  }

  private async computeHeld(calculation: Calculation, signal: AbortSignal): Promise<Computed> {
    const { params } = calculation;
    const { model, grid, symmetrise } = params;
    const { crystal, nAtoms } = this.library.get(model);
    await this.admission.check(nAtoms, { quantity: 'displacements' });
    const plan = await this.library.plan(model, planOptions(params), signal);
    const group = symmetrise ? await this.reader.perform({ kind: 'group', crystal }) : undefined;
    signal.throwIfAborted();
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
    const job = await this.admission.open(plan, options, calculation.part.count, nAtoms, signal);
    const stop = () => job.close();
    signal.addEventListener('abort', stop, { once: true });
    const evaluate = async () => {
      if (group) calculation.part = await this.smallestPart(group, job, grid);
      return averageTensors(job, calculation.part, (points) => {
        calculation.points = points;
      });
    };
    const { tensors, imaginary } = await evaluate().finally(stop);
    const notes = [...plan.info.notes, ...job.notes];
    if (imaginary > 0) {
      notes.push(
        `${imaginary} modes of the Debye–Waller grid have imaginary frequencies and are left out of the tensors.`,
      );
    }
    return {
      tensors: group
        ? await this.reader.perform({ kind: 'symmetrise', operations: group.operations, tensors })
        : tensors,
      summary: {
        n_points: sizeOf(grid),
        evaluated: calculation.part.count,
        imaginary,
        kernel_seconds: job.busySeconds,
        space_group: group ? { number: group.number, symbol: group.symbol } : null,
        notes,
      },
    };
  }

  /** The irreducible wedge, if it is worth it and the tensors have the crystal's symmetry, else half of the grid. */
  private async smallestPart(group: SpaceGroup, job: ExecutorJob, grid: Grid): Promise<GridPart> {
    const half = halfGrid(grid);
    const wedge = await this.reader.perform({ kind: 'wedge', operations: group.operations, grid });
    const probes = probePoints(group.operations);
    if (wedge.indices.length + probes.length / 3 >= half.count) return half;
    return (await hasSymmetry(job, group.operations, probes)) ? wedgePart(grid, wedge) : half;
  }

  /** Drops the results that have not been used for the longest time. */
  private evict(): void {
    const kept = [...this.entries].filter(([, { result }]) => result.value);
    for (const [key] of kept.slice(0, Math.max(0, kept.length - MAX_DEBYE_WALLER_RESULTS))) {
      this.entries.delete(key);
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
  const { model, grid, temperature, frequency_min, symmetrise } = params;
  const plan = planKeyText({ model, options: planOptions(params) });
  return JSON.stringify([plan, grid, temperature, frequency_min, symmetrise]);
}
