/**
 * The class of a computer: those of one class calculate the same bits. What decides is the processor's vector instructions, by which the
 * kernel is chosen, and the system's exp, erfc, sin and cos, which plans use and which differ between versions and processors.
 * So the results themselves are compared, of crystals that take each way through plan and kernel.
 */
import { createHash } from 'node:crypto';
import { type Executor, grantAll, type JobOptions, type PlanOptions } from '../compute/executor.js';
import { type ForceConstants, makeForceConstants, modelId } from '../models/forceConstants.js';

const POINTS = 32;

/** Scales of Ewald's Λ: each is another set of arguments of the system's functions. */
const DIPOLE_PARAMETERS = [0.5, 0.75, 1, 1.5, 2];

/** Digits of a class: enough that two do not meet by chance, and part of a subject. */
const CLASS_DIGITS = 16;

/** Numbers from 0 to 1 by integers alone: the same everywhere. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (1103515245 * state + 12345) % 2147483648;
    return state / 2147483648;
  };
}

interface Shape {
  atoms: number;
  polar: boolean;
  /** atoms in pairs at r and −r, in the same surroundings: the matrices are real */
  centred: boolean;
}

const SHAPES: Shape[] = [
  { atoms: 3, polar: true, centred: false },
  { atoms: 4, polar: true, centred: true },
  { atoms: 14, polar: false, centred: false },
];

/** A crystal without meaning, but stable: each atom is tied to its place more strongly than to all others. */
function crystal({ atoms, polar, centred }: Shape): ForceConstants {
  const next = numbers(atoms);
  const size = 3 * atoms;
  const partner = (row: number) => (centred ? (row + size / 2) % size : row);
  const forceConstants = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = i === j ? 0.2 : 0.01 * (next() - 0.5);
      for (const [a, b] of [
        [i, j],
        [partner(i), partner(j)],
      ]) {
        forceConstants[a * size + b] = value;
        forceConstants[b * size + a] = value;
      }
    }
  }
  const half = Float64Array.from({ length: size }, next);
  const atomR = half.map((x, i) => (centred && i >= size / 2 ? -half[i - size / 2] : x));
  // opposite charges, the same for the two atoms of a pair; a tensor has its diagonal at 0, 4 and 8
  const charge = (atom: number) => (atom % 2 === 0 ? 1.5 : -1.5);
  const isDiagonal = (i: number) => (i % 9) % 4 === 0;
  const born = Float64Array.from({ length: 9 * atoms }, (_, i) =>
    isDiagonal(i) ? charge(Math.floor(i / 9)) : 0,
  );
  return makeForceConstants({
    crystal: {
      cellVectors: Float64Array.of(7, 0.5, 0, 0.25, 8, -1, 1, 0, 9.5),
      atomR,
      atomType: Array.from({ length: atoms }, () => 'H'),
      atomMass: new Float64Array(atoms).fill(1837),
    },
    scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    cellOrigins: Int32Array.of(0, 0, 0),
    forceConstants,
    ...(polar && { born, dielectric: Float64Array.of(2.5, 0.1, 0, 0.1, 2.25, 0, 0, 0, 3) }),
  });
}

/** A larger one, for trials. */
export const testCrystal = (atoms: number): ForceConstants =>
  crystal({ atoms, polar: false, centred: false });

export async function classOf(executor: Executor): Promise<string> {
  const hash = createHash('sha256');
  for (const shape of SHAPES) {
    const content = crystal(shape);
    const model = await executor.addModel({ id: modelId(content), content: async () => content });
    for (const dipoleParameter of shape.polar ? DIPOLE_PARAMETERS : [1]) {
      const plan = { asr: 'none', dipole: true, dipoleParameter } satisfies PlanOptions;
      for (const values of await results(executor, model, plan, shape.atoms)) hash.update(values);
    }
  }
  return hash.digest('hex').slice(0, CLASS_DIGITS);
}

async function results(
  executor: Executor,
  model: Awaited<ReturnType<Executor['addModel']>>,
  planOptions: PlanOptions,
  atoms: number,
): Promise<Float64Array[]> {
  const plan = await executor.plan(model, planOptions, new AbortController().signal);
  const next = numbers(7);
  const qpts = Float64Array.from({ length: 3 * POINTS }, () => 4 * next() - 2);
  const options: JobOptions = {
    quantity: 'structure_factor',
    nThreads: 1,
    splitting: true,
    scatteringLengths: new Float64Array(2 * atoms).fill(1),
    temperature: 100,
    bose: true,
    negativeE: false,
  };
  const job = await executor.open(plan, options, grantAll(POINTS));
  try {
    const { frequencies, structureFactors } = await job.compute({ qpts });
    return [frequencies!, structureFactors!];
  } finally {
    job.close();
  }
}
