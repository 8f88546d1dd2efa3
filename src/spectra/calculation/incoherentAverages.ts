/** The incoherent part of powder averages, and that of several phonons: from the modes of a grid, for any |Q|. */
import { setImmediate } from 'node:timers/promises';
import { EuphonicError } from '../../base/errors.js';
import { crossSections } from '../../models/crossSections.js';
import { MAX_HISTOGRAM_NUMBERS } from '../../protocol/limits.js';
import { type Grid, sizeOf } from '../../qpoints/grid.js';
import { dosCounting } from '../dos.js';
import { binning, multiphonon, type Nodes, onePhonon, type ScatteringAtom } from '../incoherent.js';
import { fwhmAt } from '../normal.js';
import type { PowderRequest } from '../powder.js';
import { edges } from '../spectrum.js';
import type { Calculator, QpointOptions, QpointResults } from './calculator.js';
import { modeEnergies } from './modeEnergies.js';

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
  evaluation: QpointResults;
  /** sentences for the user */
  notes: string[];
}

/** Energies at which modes are counted stand so many to a bin of the map, and to a width. */
const PER_BIN = 8;
/** Of several phonons, whose spectrum is smooth. */
const PER_BIN_OF_MANY = 4;
/** To the highest mode there are so many of them: 1/E of the lowest modes must not be rounded, and memory not be filled. */
const COARSEST = 2 ** 12;
const FINEST = 2 ** 14;
/** Modes per atom that may be left out without a word: acoustic ones at the zone centre of a fine grid. */
const UNSAID = 0.003;

export async function incoherentAverages(
  calculator: Calculator,
  plan: QpointOptions,
  { grid, temperature, isIncoherent, isMultiphonon }: Wanted,
  request: PowderRequest,
  radii: readonly number[],
): Promise<IncoherentAverages> {
  const { crystal, evaluate, asked } = calculator;
  const n = crystal.atomType.length;
  const { energyMin, energyMax, bins, width } = request;
  const sections = asked(() => crossSections(crystal.atomType, crystal.atomMass));
  const { energyMax: highest } = await modeEnergies(calculator, plan, grid, {});
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
  const { qpts, ...counting } = asked(() => dosCounting(crystal, counted));
  const evaluation = await evaluate(qpts, { ...plan, quantity: 'histogram', ...counting });
  const rows = evaluation.histogram!;
  const atoms = sections.map(
    (section, i): ScatteringAtom => ({
      ...section,
      mass: crystal.atomMass[i],
      density: rows.slice((1 + i) * count, (2 + i) * count).map((x) => x / (sizeOf(grid) * step)),
    }),
  );
  const coarsest = finestOf(request) / PER_BIN_OF_MANY;
  const parts = [
    ...(isIncoherent ? [onePhonon(atoms, step, temperature, radii)] : []),
    ...(isMultiphonon ? [multiphonon(atoms, { finest: step, coarsest }, temperature, radii)] : []),
  ];
  const averages = radii.map(() => new Float64Array(bins));
  for (const part of parts)
    await addBinned(calculator, part, edges(energyMin, energyMax, bins), width, averages);
  const used = rows.subarray(1, count).reduce((sum, x) => sum + x, 0);
  const leftOut = 3 - used / (sizeOf(grid) * n);
  return {
    averages,
    evaluation,
    notes:
      leftOut > UNSAID
        ? [
            `Incoherent scattering leaves out ${leftOut.toPrecision(2)} of 3 modes per atom, at zero and below.`,
          ]
        : [],
  };
}

/** Adds intensities of each |Q| to a row of bins, with progress and until it is cancelled. */
async function addBinned(
  { progress: begin, signal }: Calculator,
  part: Generator<Nodes>,
  binEdges: Float64Array,
  width: number[] | undefined,
  rows: readonly Float64Array[],
): Promise<void> {
  const progress = begin();
  progress.add(rows.length);
  try {
    let binned: ReturnType<typeof binning> | undefined;
    for (const [i, row] of rows.entries()) {
      progress.update(i);
      // what signals and progress wait for
      await setImmediate();
      if (signal.aborted) throw new EuphonicError('cancelled', 'The calculation was cancelled.');
      const nodes = part.next().value as Nodes;
      binned ??= binning(nodes, binEdges, width);
      binned(nodes).forEach((x, k) => {
        row[k] += x;
      });
    }
  } finally {
    progress.stop();
  }
}

/** The narrowest of bins and widths, meV. */
function finestOf({ energyMin, energyMax, bins, width = [0] }: PowderRequest): number {
  const widths = [energyMin, energyMax].map((energy) => fwhmAt(width, energy)).filter((fwhm) => fwhm > 0);
  return Math.min((energyMax - energyMin) / bins, ...widths);
}

/** Distance of energies, meV. */
function stepOf(request: PowderRequest, highest: number): number {
  return Math.min(Math.max(highest / FINEST, finestOf(request) / PER_BIN), highest / COARSEST);
}
