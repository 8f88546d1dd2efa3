/** `euphonicd map`: S(Q,ω), or modes per energy, along a path through reciprocal space. */
import { EuphonicError } from '../../base/errors.js';
import type { Evaluation } from '../../client/evaluation.js';
import { type MapModes, mapSpectrum } from '../../spectra/map.js';
import { modeRange } from '../../spectra/range.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import {
  type CalculationFlags,
  calculationOptions,
  splittingDirections,
} from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
import {
  broadeningWidth,
  type EnergyFlags,
  energyRange,
  type GridFlags,
  gridOf,
  type OutputFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { chosenPath, pathFigures, pathText, pathWords } from './chosenPath.js';
import { provenanceOf, report } from './report.js';
import { withModel } from './session.js';
import { thermalFactors } from './thermalFactors.js';

export interface MapFlags
  extends CalculationFlags,
    ModelFlags,
    PathFlags,
    EnergyFlags,
    GridFlags,
    OutputFlags {
  weighting: 'coherent' | 'dos';
}

export async function map(modelPath: string, flags: MapFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const given = energyRange(flags);
  const width = broadeningWidth(flags);
  const files = outputs(flags, modelPath, 'map');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const { crystal } = session;
    const path = await chosenPath(crystal, flags);
    const { qpts, distances, directions } = path.sampled;
    const grid = gridOf(flags, crystal.cellVectors);
    const thermal = thermalFactors(calculation, grid, {
      bose: flags.bose,
      isBelowZero: (given.energyMin ?? 0) < 0,
    });
    const options = {
      ...thermal.options,
      directions: splittingDirections(flags, distances.length) ?? directions,
    } as const;
    const isCoherent = flags.weighting === 'coherent';
    const evaluation = await session.evaluate(qpts, {
      ...options,
      quantity: isCoherent ? 'structure_factor' : 'frequencies',
    });
    const request = {
      ...modeRange(evaluation.frequencies, width),
      ...given,
      bins: flags.ebins,
      ...(width && { width }),
    };
    const measured = isCoherent ? 'cross_section_per_energy' : 'per_energy';
    const provenance = provenanceOf(session, 'map', {
      ...pathText(path, flags),
      asr: calculation.asr ?? 'none',
      weighting: flags.weighting,
      ...thermal.words,
      ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
    });
    const modes = modesOf(evaluation, crystal.atomType.length);
    const spectrum = mapSpectrum(modes, path.sampled, request, measured, provenance);
    if (spectrum.data.every((x) => x === 0)) {
      throw new EuphonicError('invalid_argument', 'Nothing is to be seen within the bins.', {
        where: '--e-min, --e-max',
        expected: 'energies between which modes of the path scatter',
      });
    }
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, evaluation, {
      what: `${pathWords(path)} × ${flags.ebins} bins`,
      seconds: (performance.now() - start) / 1000,
      figures: pathFigures(path),
    });
    return EXIT_OK;
  });
}

/** Structure factors, those of negative energies behind the others; without any each mode counts, per atom. */
function modesOf({ frequencies, structureFactors }: Evaluation, nAtoms: number): MapModes {
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
