/** A map along a path from the modes at its q-points. */
import { EuphonicError } from '../../base/errors.js';
import type { ChosenPath } from '../../qpoints/paths/chosenPath.js';
import { pathText } from '../dispersion.js';
import { type MapModes, mapSpectrum } from '../map.js';
import { modeRange } from '../range.js';
import type { Provenance, Spectrum } from '../spectrum.js';
import {
  type Calculator,
  type Figures,
  type QpointOptions,
  type QpointResults,
  reserveMap,
} from './calculator.js';

interface MapWanted {
  path: ChosenPath;
  /** added to each of its points */
  zone?: readonly number[];
  weighting: 'coherent' | 'dos';
  /** meV; without them those of all modes */
  energyMin?: number;
  energyMax?: number;
  bins: number;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy */
  width?: number[];
  /** what is said of thermal factors */
  words: Provenance;
}

interface CalculatedMap {
  spectrum: Spectrum;
  figures: Figures;
}

/** `options` with thermal factors; their `directions` are the path's, unless others are given. */
export async function calculateMap(
  calculator: Calculator,
  options: QpointOptions,
  { path, zone, weighting, words, ...energies }: MapWanted,
): Promise<CalculatedMap> {
  const { qpts, distances, directions } = path.sampled;
  await reserveMap(calculator, distances.length * energies.bins, 'q_spacing, ebins');
  const isCoherent = weighting === 'coherent';
  const evaluation = await calculator.evaluate(qpts, {
    directions,
    ...options,
    quantity: isCoherent ? 'structure_factor' : 'frequencies',
  });
  const { width } = energies;
  const request = { ...modeRange(evaluation.frequencies, width), ...energies };
  const measured = isCoherent ? 'cross_section_per_energy' : 'per_energy';
  const provenance = {
    ...calculator.provenance,
    ...pathText(path, { zone }),
    asr: options.asr ?? 'none',
    weighting,
    ...words,
    ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
  };
  const modes = modesOf(evaluation, calculator.crystal.atomType.length);
  const spectrum = mapSpectrum(modes, path.sampled, request, measured, provenance);
  if (spectrum.data.every((x) => x === 0)) {
    throw new EuphonicError('invalid_argument', 'Nothing is to be seen within the bins.', {
      where: 'e_min, e_max',
      expected: 'energies between which modes of the path scatter',
    });
  }
  return { spectrum, figures: evaluation };
}

/** Structure factors, those of negative energies behind the others; without any each mode counts, per atom. */
export function modesOf({ frequencies, structureFactors }: QpointResults, nAtoms: number): MapModes {
  if (!structureFactors) {
    return { energies: frequencies, intensities: new Float64Array(frequencies.length).fill(1 / nAtoms) };
  }
  const energies = new Float64Array(structureFactors.length);
  energies.set(frequencies);
  if (energies.length > frequencies.length)
    energies.set(
      frequencies.map((x) => -x),
      frequencies.length,
    );
  return { energies, intensities: structureFactors };
}
