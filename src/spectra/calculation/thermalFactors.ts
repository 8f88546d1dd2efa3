/** What a temperature means where S(Q,ω) is drawn: both the Bose and the Debye–Waller factor, as in Euphonic's tools. */
import type { CalculationOptions } from '../../protocol/options.js';
import type { Grid } from '../../qpoints/grid.js';
import type { Provenance } from '../spectrum.js';

interface Thermal {
  bose: boolean | undefined;
  /** lowest energy that is wanted, meV; undefined: where the modes end, which their width carries below zero */
  energyMin: number | undefined;
  /** the Debye–Waller tensors are given: no grid is needed for them */
  hasTensors?: boolean;
}

/** Options with both factors, the latter averaged over the grid unless another is named; energies below zero where they are wanted. */
export function thermalFactors(
  calculation: CalculationOptions,
  grid: Grid,
  { bose, energyMin, hasTensors = false }: Thermal,
): { options: CalculationOptions; words: Provenance } {
  if (calculation.temperature == null)
    return { options: { ...calculation, bose: false, negative_e: false }, words: {} };
  const debyeWallerGrid = calculation.debye_waller_grid ?? [...grid];
  const isBose = bose !== false;
  return {
    options: {
      ...calculation,
      bose: isBose,
      negative_e: energyMin === undefined || energyMin < 0,
      ...(!hasTensors && { debye_waller_grid: debyeWallerGrid as [number, number, number] }),
    },
    words: {
      temperature_K: calculation.temperature,
      debye_waller_grid: hasTensors ? 'tensors given' : debyeWallerGrid.join(' '),
      ...(!isBose && { bose: 'no' }),
    },
  };
}
