/** Between which energies the modes of a crystal lie. */
import { type Grid, halfGrid } from '../../qpoints/grid.js';
import { modeRange } from '../range.js';
import type { Calculator, QpointOptions } from './calculator.js';

interface Given {
  energyMin?: number;
  energyMax?: number;
  width?: number[];
}

/** Points along an axis of the grid that shows between which energies all modes lie; it holds the zone centre. */
const COARSE = 5;

/** Between which all modes lie, from those of a coarse grid, meV; not looked for where both ends are given. */
export async function modeEnergies(
  { evaluate }: Pick<Calculator, 'evaluate'>,
  plan: QpointOptions,
  grid: Grid,
  { energyMin, energyMax, width }: Given,
): Promise<{ energyMin: number; energyMax: number }> {
  if (energyMin !== undefined && energyMax !== undefined) return { energyMin, energyMax };
  const coarse = halfGrid(grid.map((n) => Math.min(n, COARSE)) as [number, number, number]);
  const { frequencies } = await evaluate(coarse.points(0, coarse.count), {
    ...plan,
    quantity: 'frequencies',
  });
  return modeRange(frequencies, width);
}
