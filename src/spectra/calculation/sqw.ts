/** sqw of each of a list of q-points at each of a list of energies: every q-point is calculated once. */
import { sqwAt } from '../map.js';
import { type Calculator, type Figures, type QpointOptions, reserveMap } from './calculator.js';
import { modesOf } from './map.js';

interface SqwWanted {
  /** [3,nPoints] r.l.u. */
  qpts: Float64Array;
  /** [3,nPoints] explicit LO–TO directions, r.l.u.; NaN, and without them: from the list */
  directions?: Float64Array;
  /** meV */
  energies: Float64Array;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy */
  width: number[];
  /** of each mode, mbarn */
  limit?: number;
}

export interface CalculatedSqw {
  /** [nPoints, energies] mbarn/meV per atom */
  intensities: Float64Array;
  figures: Figures;
}

/** Rejects with `too_large`. */
export async function calculateSqw(
  calculator: Calculator,
  options: QpointOptions,
  { qpts, directions, energies, ...line }: SqwWanted,
): Promise<CalculatedSqw> {
  const nPoints = qpts.length / 3;
  await reserveMap(calculator, nPoints * energies.length, 'qpts, energies');
  const evaluation = await calculator.evaluate(qpts, {
    ...options,
    ...(directions && { directions }),
    quantity: 'structure_factor',
  });
  const modes = modesOf(evaluation, calculator.crystal.atomType.length);
  const { notes, threads, kernel_seconds, imaginary } = evaluation;
  return {
    intensities: sqwAt(modes, nPoints, energies, line),
    figures: { notes, threads, kernel_seconds, imaginary },
  };
}
