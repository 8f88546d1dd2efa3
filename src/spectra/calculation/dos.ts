/** A density of states from the modes of a grid. */
import { EuphonicError } from '../../base/errors.js';
import type { Grid } from '../../qpoints/grid.js';
import { type DosRequest, dosArea, dosCounting, dosSpectrum } from '../dos.js';
import type { Spectrum } from '../spectrum.js';
import type { Calculator, Figures, QpointOptions } from './calculator.js';
import { modeEnergies } from './modeEnergies.js';

/** Without energies they are those of all modes. */
export type DosWanted = Omit<DosRequest, 'energyMin' | 'energyMax'> & Partial<DosRequest>;

interface CalculatedDos {
  spectrum: Spectrum;
  figures: Figures;
  /** sentences for the user */
  notes: string[];
  grid: Grid;
  /** q-points that were calculated */
  points: number;
  /** modes per atom that the bins hold */
  area: number;
}

/** An area that lacks less is whole. */
const WHOLE = 1e-5;

/** Rejects with `invalid_argument` where the bins hold no mode. */
export async function calculateDos(
  calculator: Calculator,
  options: QpointOptions,
  wanted: DosWanted,
): Promise<CalculatedDos> {
  const { crystal, evaluate, asked } = calculator;
  // at the zone centre no direction of approach would stand for all
  const plan = { splitting: false, ...options };
  const request = { ...(await modeEnergies(calculator, plan, wanted.grid, wanted)), ...wanted };
  const { qpts, ...counting } = asked(() => dosCounting(crystal, request));
  const figures = await evaluate(qpts, { ...plan, quantity: 'histogram', ...counting });
  const area = dosArea(figures.histogram!, crystal, request);
  if (area === 0) {
    throw new EuphonicError('invalid_argument', 'No mode lies within the bins.', {
      where: 'e_min, e_max',
      expected: 'energies between which the crystal has modes',
    });
  }
  const provenance = { ...calculator.provenance, ...describe(request, plan.asr ?? 'none', area) };
  return {
    spectrum: asked(() => dosSpectrum(figures.histogram!, crystal, request, provenance)),
    figures,
    notes: 3 - area > WHOLE ? [`The bins hold ${area.toPrecision(6)} of 3 modes per atom.`] : [],
    grid: request.grid,
    points: qpts.length / 3,
    area,
  };
}

function describe({ grid, width, adaptiveScale }: DosRequest, asr: string, area: number) {
  return {
    grid: grid.join(' '),
    asr,
    area_per_atom: area,
    ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
    ...(adaptiveScale !== undefined && { adaptive_scale: adaptiveScale }),
  };
}
