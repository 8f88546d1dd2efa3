/** Of the calculation's options those that frequencies depend on. */
import type { CalculationOptions } from '../../protocol/options.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';

export type PlanOptions = Pick<
  CalculationOptions,
  'asr' | 'dipole' | 'dipole_parameter' | 'splitting' | 'n_threads'
>;

/** Throws as `calculationOptions`. */
export function planOptions(flags: CalculationFlags): PlanOptions {
  const { asr, dipole, dipole_parameter, splitting, n_threads } = calculationOptions(flags);
  return {
    asr,
    ...(dipole !== undefined && { dipole }),
    ...(dipole_parameter !== undefined && { dipole_parameter }),
    ...(splitting !== undefined && { splitting }),
    ...(n_threads !== undefined && { n_threads }),
  };
}
