/** What commands that make a spectrum say when it is written. */

import { VERSION } from '../../base/version.js';
import type { Evaluation } from '../../client/evaluation.js';
import type { Provenance } from '../../spectra/spectrum.js';
import type { Output } from '../formats/spectrumFile.js';
import { withFlags } from '../options/flagNames.js';
import { note, print, printJson } from '../terminal/output.js';
import type { Session } from './session.js';

interface Done {
  /** such as `20 × 20 × 20 q-points` */
  what: string;
  seconds: number;
  /** sentences for the user, beside the model's and the daemon's */
  notes?: string[];
  /** for `--json` */
  figures?: Record<string, unknown>;
}

export function report(
  { model }: Session,
  flags: { json?: boolean },
  files: readonly Output[],
  evaluation: Pick<Evaluation, 'notes' | 'threads' | 'kernel_seconds' | 'imaginary'>,
  { what, seconds, notes = [], figures = {} }: Done,
): void {
  const { kernel_seconds, threads, imaginary } = evaluation;
  const sentences = [...model.notes, ...evaluation.notes, ...notes].map(withFlags);
  if (imaginary > 0) sentences.push(`${imaginary} modes are imaginary: they stand at negative energies.`);
  const outputs = files.map(({ path }) => path);
  if (flags.json) {
    const common = { seconds, kernel_seconds, threads, imaginary, notes: sentences };
    printJson({ outputs, model: model.model, ...figures, ...common });
    return;
  }
  for (const sentence of sentences) note(sentence);
  print(`${what}: ${seconds.toFixed(3)} s (kernel ${kernel_seconds.toFixed(3)} s, ${threads} threads)`);
  print(`written to ${outputs.join(', ')}`);
}

/** What every spectrum says of itself. */
export function provenanceOf({ model }: Session, command: string, options: Provenance): Provenance {
  return {
    command: `euphonicd ${command}`,
    program: `euphonic-bridge ${VERSION}`,
    model: model.model,
    ...options,
  };
}
