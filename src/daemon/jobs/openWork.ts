/** A job of the executor for what a request asks: model, plan, Debye–Waller tensors, memory. */
import type { ExecutorJob, ExecutorPlan, JobOptions } from '../../compute/executor.js';
import type { Crystal } from '../../models/crystal.js';
import { isotopeNotes } from '../../models/scatteringLengths.js';
import { inAmu } from '../../models/units.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import type { Admission } from '../limits/admission.js';
import type { Library } from '../store/library.js';
import type { DebyeWaller } from './debyeWaller.js';
import { jobOptions, planOptions } from './jobOptions.js';

/** What a job is made of. */
export interface WorkParts {
  library: Library;
  debyeWaller: DebyeWaller;
  admission: Admission;
}

interface OpenedWork {
  work: ExecutorJob;
  plan: ExecutorPlan;
  options: JobOptions;
  nAtoms: number;
  /** sentences for the user */
  notes: string[];
  /** those that hold for the model, whatever the options */
  doubts: string[];
}

/** Of the grid that job.open names: defaults of the method debye_waller. */
export const DEBYE_WALLER_DEFAULTS = { frequency_min: 0.01, symmetrise: true };

/** Whoever calls holds the model, and closes the job. Rejects with what is wrong with the parameters, or the signal's reason. */
export async function openWork(
  { library, debyeWaller, admission }: WorkParts,
  params: CheckedParams<'job.open'>,
  tensors: ArrayFrame | undefined,
  signal: AbortSignal,
): Promise<OpenedWork> {
  const { nAtoms, crystal, doubts } = library.get(params.model);
  const options = jobOptions(params, crystal, tensors);
  await admission.check(nAtoms, options);
  const plan = await library.plan(params.model, planOptions(params), signal);
  const notes = new Set([
    ...plan.info.notes,
    ...isotopeNotesOf(crystal, options),
    ...(await addTensors(debyeWaller, options, params, signal)),
  ]);
  const work = await admission.open(plan, options, params.n_points, nAtoms, signal);
  for (const note of work.notes) notes.add(note);
  return { work, plan, options, nAtoms, notes: [...notes], doubts };
}

/** Adds the tensors of the grid that the parameters name, if they have an effect. Returns notes for the user. */
async function addTensors(
  debyeWaller: DebyeWaller,
  options: JobOptions,
  params: CheckedParams<'job.open'>,
  signal: AbortSignal,
): Promise<string[]> {
  const { temperature, scatteringLengths } = options;
  const { model, debye_waller_grid: grid, asr, dipole, dipole_parameter, n_threads } = params;
  if (!grid || !scatteringLengths || temperature === undefined) return [];
  const { tensors, summary } = await debyeWaller.get(
    { ...DEBYE_WALLER_DEFAULTS, model, grid, temperature, asr, dipole, dipole_parameter, n_threads },
    signal,
  );
  options.debyeWaller = tensors;
  return summary.notes;
}

function isotopeNotesOf({ atomType, atomMass }: Crystal, { scatteringLengths }: JobOptions): string[] {
  return scatteringLengths ? isotopeNotes(atomType, inAmu(atomMass), scatteringLengths) : [];
}
