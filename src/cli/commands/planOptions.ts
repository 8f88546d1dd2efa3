/** Of the calculation's options those that frequencies depend on. */
import type { CalculationOptions } from '../../protocol/options.js';
import { planPart } from '../../spectra/calculation/calculator.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';

export type PlanOptions = Pick<
  CalculationOptions,
  'asr' | 'dipole' | 'dipole_parameter' | 'splitting' | 'n_threads'
>;

/** Throws as `calculationOptions`. */
export function planOptions(flags: CalculationFlags): PlanOptions {
  return planPart(calculationOptions(flags));
}
