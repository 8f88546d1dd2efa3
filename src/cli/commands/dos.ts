/** `euphonicd dos`: densities of states. */
import { EuphonicError } from '../../base/errors.js';
import { sizeOf } from '../../qpoints/grid.js';
import { type DosRequest, type DosWeighting, dosArea, dosCounting, dosSpectrum } from '../../spectra/dos.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import type { CalculationFlags } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import {
  broadeningWidth,
  type EnergyFlags,
  energyRange,
  type GridFlags,
  gridOf,
  type OutputFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK, fromCommandLine } from '../terminal/exitCodes.js';
import { modeEnergies } from './modeEnergies.js';
import { planOptions } from './planOptions.js';
import { provenanceOf, report } from './report.js';
import { withModel } from './session.js';

export interface DosFlags extends CalculationFlags, ModelFlags, EnergyFlags, GridFlags, OutputFlags {
  weighting: DosWeighting;
  pdos?: true | string[];
  adaptive?: boolean;
  adaptiveScale: number;
}

/** An area that lacks less is whole. */
const WHOLE = 1e-5;

export async function dos(modelPath: string, flags: DosFlags): Promise<number> {
  // at the zone centre no direction of approach would stand for all
  const plan = { splitting: false, ...planOptions(flags) };
  const given = partOfRequest(flags);
  const files = outputs(flags, modelPath, 'dos');
  return withModel(modelPath, flags, async (session) => {
    const { crystal, evaluate } = session;
    const start = performance.now();
    const grid = gridOf(flags, crystal.cellVectors);
    const request = { grid, ...(await modeEnergies(session, plan, grid, given)), ...given };
    const { qpts, ...counting } = fromCommandLine(() => dosCounting(crystal, request));
    const evaluation = await evaluate(qpts, { ...plan, quantity: 'histogram', ...counting });
    const area = dosArea(evaluation.histogram!, crystal, request);
    if (area === 0) {
      throw new EuphonicError('invalid_argument', 'No mode lies within the bins.', {
        where: '--e-min, --e-max',
        expected: 'energies between which the crystal has modes',
      });
    }
    const provenance = provenanceOf(session, 'dos', describe(request, plan.asr ?? 'none', area));
    const spectrum = fromCommandLine(() => dosSpectrum(evaluation.histogram!, crystal, request, provenance));
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, evaluation, {
      what: `${sizeOf(grid)} q-points, ${qpts.length / 3} by time reversal`,
      seconds: (performance.now() - start) / 1000,
      notes: notesOf(area),
      figures: { grid, area },
    });
    return EXIT_OK;
  });
}

/** What flags say without the crystal. Throws UsageError. */
function partOfRequest(
  flags: DosFlags,
): Omit<DosRequest, 'grid' | 'energyMin' | 'energyMax'> & Partial<DosRequest> {
  const width = broadeningWidth(flags);
  return {
    ...energyRange(flags),
    bins: flags.ebins,
    ...(width && { width }),
    ...(flags.adaptive && { adaptiveScale: flags.adaptiveScale }),
    weighting: flags.weighting,
    ...(flags.pdos && { partial: flags.pdos === true ? 'all' : flags.pdos }),
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

function notesOf(area: number): string[] {
  return [...(3 - area > WHOLE ? [`The bins hold ${area.toPrecision(6)} of 3 modes per atom.`] : [])];
}
