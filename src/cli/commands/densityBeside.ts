/** The densities of states that stand beside dispersion curves, in bins that all of them share. */
import { calculateDos } from '../../spectra/calculation/dos.js';
import { modeEnergies } from '../../spectra/calculation/modeEnergies.js';
import type { Spectrum } from '../../spectra/spectrum.js';
import type { DispersionFlags } from '../options/dispersionOptions.js';
import { broadeningWidth, gridOf } from '../options/spectrumOptions.js';
import { calculatorOf } from './calculatorOf.js';
import type { PlanOptions } from './planOptions.js';
import type { Session } from './session.js';

interface Energies {
  energyMin: number;
  energyMax: number;
}

/** One for each model; `onPaths` says between which energies the curves lie. */
export async function densitiesBeside(
  sessions: readonly Session[],
  options: PlanOptions,
  flags: DispersionFlags,
  onPaths: readonly Energies[],
): Promise<Spectrum[]> {
  // as calculateDos has it, whatever the curves have
  const plan = { ...options, splitting: false };
  const width = broadeningWidth(flags);
  const grids = sessions.map(({ crystal }) => gridOf(flags, crystal.cellVectors));
  const ranges = [...onPaths];
  for (const [i, session] of sessions.entries())
    ranges.push(await modeEnergies(calculatorOf(session, 'dispersion'), plan, grids[i], { width }));
  const wanted = {
    energyMin: Math.min(...ranges.map(({ energyMin }) => energyMin)),
    energyMax: Math.max(...ranges.map(({ energyMax }) => energyMax)),
    bins: flags.ebins,
    ...(width && { width }),
    ...(flags.adaptive && { adaptiveScale: flags.adaptiveScale }),
    weighting: 'dos' as const,
    ...(flags.pdos && { partial: flags.pdos === true ? ('all' as const) : flags.pdos }),
  };
  const densities: Spectrum[] = [];
  for (const [i, session] of sessions.entries()) {
    const calculator = calculatorOf(session, 'dispersion');
    densities.push((await calculateDos(calculator, plan, { ...wanted, grid: grids[i] })).spectrum);
  }
  return densities;
}
