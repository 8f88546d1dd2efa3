/** What the daemon and the threads that make its spectra say to each other. */
import type { ErrorBody } from '../../base/errors.js';
import type { CheckedParams } from '../../protocol/messages.js';
import type { QpointOptions, QpointResults, SpectrumCrystal } from '../../spectra/calculation/calculator.js';
import type { CalculatedShells } from '../../spectra/calculation/shells.js';
import type { CalculatedSqw } from '../../spectra/calculation/sqw.js';
import type { DosRequest } from '../../spectra/dos.js';
import type { PowderLine, PowderShells } from '../../spectra/powderModel.js';
import type { Spectrum } from '../../spectra/spectrum.js';

/** Made by the thread, over the q-points that it asks for. */
interface Crystalline {
  crystal: SpectrumCrystal;
  /** whether there are tensors of the client's in place of a Debye–Waller grid */
  hasTensors: boolean;
}

export type SpectrumTask =
  | (Crystalline & {
      kind: 'dos';
      params: CheckedParams<'spectrum.dos'>;
      debyeWaller: DosRequest['debyeWaller'];
    })
  | (Crystalline & { kind: 'map'; params: CheckedParams<'spectrum.map'> })
  | (Crystalline & { kind: 'powder'; params: CheckedParams<'spectrum.powder'> })
  | (Crystalline & {
      kind: 'sqw';
      params: CheckedParams<'spectrum.sqw'>;
      qpts: Float64Array;
      directions?: Float64Array;
      energies: Float64Array;
    })
  | (Crystalline & {
      kind: 'shells';
      params: CheckedParams<'spectrum.powder_sqw'>;
      first: number;
      count: number;
    })
  | { kind: 'lines'; shells: PowderShells; q: Float64Array; energies: Float64Array; line: PowderLine };

export interface MadeSpectrum {
  spectrum: Spectrum;
  figures: Omit<QpointResults, 'frequencies' | 'structureFactors' | 'histogram'>;
  notes: string[];
  /** arrays beside the spectrum, one number for each sphere */
  spheres?: Record<string, number[]>;
}

export interface SpectrumResults {
  dos: MadeSpectrum;
  map: MadeSpectrum;
  powder: MadeSpectrum;
  sqw: CalculatedSqw;
  shells: CalculatedShells;
  lines: Float64Array;
}

/** What the thread wants to have done while it makes a spectrum, in the order of `id`. */
export type ThreadRequest =
  | { id: number; evaluate: { qpts: Float64Array; options: QpointOptions } }
  | { id: number; reserve: number }
  | { progress: { add?: number; update?: number } };

export type ThreadMessage =
  | ThreadRequest
  | { result: SpectrumResults[SpectrumTask['kind']] }
  | { error: ErrorBody };

export type ThreadAnswer = { id: number } & ({ results: QpointResults | null } | { error: ErrorBody });
