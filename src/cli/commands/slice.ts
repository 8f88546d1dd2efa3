/** `euphonicd slice`: S(Q,ω) over a plane of Q at constant energy, or over a line of Q and energy, averaged as data are cut. */
import type { EvaluateOptions } from '../../client/evaluation.js';
import { modeEnergies } from '../../spectra/calculation/modeEnergies.js';
import { thermalFactors } from '../../spectra/calculation/thermalFactors.js';
import { type Cut, type Slice, sliceOf, slicePoints, sliceSpectrum } from '../../spectra/slice.js';
import { perMeV } from '../../spectra/units.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import { energyCutOf, qCutsOf, type SliceFlags } from '../options/sliceOptions.js';
import {
  broadeningWidth,
  type GridFlags,
  gridOf,
  type OutputFlags,
  type WidthFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK, fromCommandLine } from '../terminal/exitCodes.js';
import { planOptions } from './planOptions.js';
import { provenanceOf, report } from './report.js';
import { type Session, withModel } from './session.js';

export interface SliceCommandFlags
  extends CalculationFlags,
    ModelFlags,
    SliceFlags,
    WidthFlags,
    GridFlags,
    OutputFlags {}

/** Bins of the energy axis that the modes' range is divided into. */
const USUAL_BINS = 200;
/** q-points that are calculated at a time. */
const MAX_POINTS_AT_ONCE = 2 ** 18;

export async function slice(modelPath: string, flags: SliceCommandFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const plan = { splitting: false, ...planOptions(flags) };
  const { u, v, origin, qSpacing: spacing, energyUnit } = flags;
  const [cuts, givenEnergy, width] = [qCutsOf(flags), energyCutOf(flags), broadeningWidth(flags)];
  const files = outputs(flags, modelPath, 'slice');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const { cellVectors } = session.crystal;
    const grid = gridOf(flags, cellVectors);
    const ofModes = async (): Promise<Cut> => {
      const { energyMin, energyMax } = await modeEnergies(session, plan, grid, { width });
      return { from: energyMin, to: energyMax, bins: USUAL_BINS, isAxis: true };
    };
    const energy = givenEnergy ?? (await ofModes());
    const plane = fromCommandLine(() => sliceOf({ origin, u, v, cuts, energy, spacing }, cellVectors));
    const thermal = thermalFactors({ splitting: false, ...calculation }, grid, {
      bose: flags.bose,
      isBelowZero: energy.from < 0,
    });
    const { sums, figures } = await summed(session, plane, { ...thermal.options, width });
    const provenance = provenanceOf(session, 'slice', {
      ...wordsOf(plane),
      asr: calculation.asr ?? 'none',
      ...thermal.words,
      ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
    });
    const title = energy.isAxis
      ? undefined
      : `${[energy.from, energy.to].map((x) => Number((x * perMeV(energyUnit)).toPrecision(6))).join(' to ')} ${energyUnit}`;
    await writeSpectrum(sliceSpectrum(sums, plane, provenance), { title, ...flags }, files);
    report(session, flags, files, figures, {
      what: `${plane.nBins} bins of Q, ${plane.nBins * plane.binPoints} q-points`,
      seconds: (performance.now() - start) / 1000,
      figures: { n_bins: plane.nBins, n_qpts: plane.nBins * plane.binPoints },
    });
    return EXIT_OK;
  });
}

/** Sums over the q-points of each bin [nBins, bins of energy], and the figures of all evaluations together. */
async function summed(
  session: Session,
  plane: Slice,
  { width, ...options }: EvaluateOptions & { width: number[] | undefined },
) {
  const { nBins, binPoints, energy } = plane;
  const histogram = {
    ...{ energy_min: energy.from, energy_max: energy.to, bins: energy.bins },
    ...(width && { width }),
    weight: 'structure_factor',
    block_points: binPoints,
  } as const;
  const sums = new Float64Array(nBins * energy.bins);
  const figures = { notes: [] as string[], threads: 0, kernel_seconds: 0, imaginary: 0 };
  const progress = session.progress();
  const step = Math.max(1, Math.floor(MAX_POINTS_AT_ONCE / binPoints));
  try {
    progress.add(nBins * binPoints);
    for (let first = 0; first < nBins; first += step) {
      const qpts = slicePoints(plane, first, Math.min(step, nBins - first));
      const part = {
        add: () => {},
        update: (n: number) => progress.update(first * binPoints + n),
        stop() {},
      };
      const found = await session.evaluate(qpts, { ...options, quantity: 'histogram', histogram }, part);
      sums.set(found.histogram!, first * energy.bins);
      figures.notes = found.notes;
      figures.threads = found.threads;
      figures.kernel_seconds += found.kernel_seconds;
      figures.imaginary += found.imaginary;
    }
  } finally {
    progress.stop();
  }
  return { sums, figures };
}

/** What was cut, in numbers. */
function wordsOf({ origin, u, v, cuts, energy, directions, samples }: Slice) {
  const words = ({ from, to, bins, isAxis }: Cut) =>
    isAxis ? `${from} to ${to} in ${bins} bins` : from === to ? String(from) : `mean of ${from} to ${to}`;
  return {
    origin: origin.join(' '),
    u: u.join(' '),
    v: v.join(' '),
    v_perpendicular_to_u: directions[1].hkl.join(' '),
    w: directions[2].hkl.join(' '),
    ...Object.fromEntries(['u', 'v', 'w'].map((name, i) => [`along_${name}`, words(cuts[i])])),
    energies_meV: words(energy),
    q_points_of_a_bin: samples.join(' × '),
  };
}
