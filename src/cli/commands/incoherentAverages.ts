/** The incoherent part of powder averages, and that of several phonons: from the modes of a grid, for any |Q|. */
import type { EvaluateOptions, Evaluation } from '../../client/evaluation.js';
import { crossSections } from '../../models/crossSections.js';
import { MAX_HISTOGRAM_NUMBERS } from '../../protocol/limits.js';
import { type Grid, sizeOf } from '../../qpoints/grid.js';
import { dosCounting } from '../../spectra/dos.js';
import { inBins, multiphonon, onePhonon, type ScatteringAtom } from '../../spectra/incoherent.js';
import { fwhmAt } from '../../spectra/normal.js';
import type { PowderRequest } from '../../spectra/powder.js';
import { edges, weightedSum } from '../../spectra/spectrum.js';
import { fromCommandLine } from '../terminal/exitCodes.js';
import { modeEnergies } from './modeEnergies.js';
import type { Session } from './session.js';

interface Wanted {
  grid: Grid;
  /** K */
  temperature: number;
  isIncoherent: boolean;
  isMultiphonon: boolean;
}

interface IncoherentAverages {
  /** [bins] mbarn per atom, for each radius */
  averages: Float64Array[];
  evaluation: Evaluation;
  /** sentences for the user */
  notes: string[];
}

/** Energies at which modes are counted stand so many to a bin of the map, and to a width. */
const PER_BIN = 8;
/** To the highest mode there are so many of them: 1/E of the lowest modes must not be rounded, and memory not be filled. */
const COARSEST = 2 ** 12;
const FINEST = 2 ** 14;
/** Modes per atom that may be left out without a word: acoustic ones at the zone centre of a fine grid. */
const UNSAID = 0.003;

export async function incoherentAverages(
  session: Session,
  plan: EvaluateOptions,
  { grid, temperature, isIncoherent, isMultiphonon }: Wanted,
  request: PowderRequest,
  radii: readonly number[],
): Promise<IncoherentAverages> {
  const { crystal, evaluate } = session;
  const n = crystal.atomType.length;
  const { energyMin, energyMax, bins, width } = request;
  const sections = fromCommandLine(() => crossSections(crystal.atomType, crystal.atomMass));
  const { energyMax: highest } = await modeEnergies(session, plan, grid, {});
  const step = Math.max(stepOf(request, highest), ((1 + n) * highest) / (MAX_HISTOGRAM_NUMBERS / 2));
  const count = Math.ceil(highest / step) + 1;
  const counted = {
    grid,
    // energies are the centres of bins, the first one zero
    energyMin: -step / 2,
    energyMax: (count - 0.5) * step,
    bins: count,
    weighting: 'incoherent-dos',
  } as const;
  const { qpts, ...counting } = fromCommandLine(() => dosCounting(crystal, counted));
  const evaluation = await evaluate(qpts, { ...plan, quantity: 'histogram', ...counting });
  const rows = evaluation.histogram!;
  const atoms = sections.map(
    (section, i): ScatteringAtom => ({
      ...section,
      mass: crystal.atomMass[i],
      density: rows.slice((1 + i) * count, (2 + i) * count).map((x) => x / (sizeOf(grid) * step)),
    }),
  );
  const parts = [
    ...(isIncoherent ? [onePhonon(atoms, step, temperature, radii)] : []),
    ...(isMultiphonon ? [multiphonon(atoms, step, temperature, radii)] : []),
  ].map((nodes) => inBins(nodes, edges(energyMin, energyMax, bins), width));
  const used = rows.subarray(1, count).reduce((sum, x) => sum + x, 0);
  const leftOut = 3 - used / (sizeOf(grid) * n);
  return {
    averages: radii.map((_, i) =>
      weightedSum(
        parts.map((part) => part[i]),
        parts.map(() => 1),
      ),
    ),
    evaluation,
    notes:
      leftOut > UNSAID
        ? [
            `Incoherent scattering leaves out ${leftOut.toPrecision(2)} of 3 modes per atom, at zero and below.`,
          ]
        : [],
  };
}

/** Distance of energies, meV. */
function stepOf({ energyMin, energyMax, bins, width = [0] }: PowderRequest, highest: number): number {
  const widths = [energyMin, energyMax].map((energy) => fwhmAt(width, energy)).filter((fwhm) => fwhm > 0);
  const wanted = Math.min((energyMax - energyMin) / bins, ...widths) / PER_BIN;
  return Math.min(Math.max(highest / FINEST, wanted), highest / COARSEST);
}
