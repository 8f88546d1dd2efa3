/** Memory for making a plan, told before it is made. The core's limits are in native/core/plan/plan_parts.h. */
import type { PlanOptions } from '../executor.js';

/**
 * Terms of force constants, for a byte of these: a pair of atoms and its reverse have one, and images on the faces of the
 * supercell are terms of their own.
 */
const TERM_BYTES_PER_MODEL_BYTE = 2;

/** Blocks of a pair of atoms, numbers of their lattice vectors and row sums while they are made. */
const BYTES_PER_PAIR = 300;

/**
 * With a dipole term, lattice vectors of Ewald's real half and G vectors of the reciprocal one are added. From
 * TILED_ATOMS on there are fewer of them, the fewer the more atoms there are, and no more bytes than MOST_TERM_BYTES.
 */
const BYTES_PER_POLAR_PAIR = 9000;
const BYTES_PER_TILED_PAIR = 3500;
const TILED_ATOMS = 160;
const MOST_TERM_BYTES = 512 * 2 ** 20;

/** The matrix of the zone centre, its reflections and its eigenvectors, each 9 numbers for a pair. */
const SUM_RULE_BYTES_PER_PAIR = 4 * 9 * Float64Array.BYTES_PER_ELEMENT;

/** Estimate of the peak in bytes beyond a model of `modelBytes`: at least what was measured, up to some times of it. */
export function planBytes(
  nAtoms: number,
  modelBytes: number,
  { asr, hasDipole }: { asr: PlanOptions['asr']; hasDipole: boolean },
): number {
  const isTiled = nAtoms >= TILED_ATOMS;
  const perPolarPair = isTiled ? BYTES_PER_TILED_PAIR * (TILED_ATOMS / nAtoms) ** 0.75 : BYTES_PER_POLAR_PAIR;
  const terms = TERM_BYTES_PER_MODEL_BYTE * modelBytes + (hasDipole ? perPolarPair * nAtoms ** 2 : 0);
  const stored = isTiled ? Math.min(terms, MOST_TERM_BYTES) : terms;
  const sumRule =
    (asr === 'none' ? 0 : SUM_RULE_BYTES_PER_PAIR * nAtoms ** 2) + (asr === 'realspace' ? modelBytes : 0);
  return stored + BYTES_PER_PAIR * nAtoms ** 2 + sumRule;
}
