/** What stands on axes. */
import type { Spectrum } from '../spectra/spectrum.js';
import type { EnergyUnit } from '../spectra/units.js';
import type { View } from './choices.js';

const GREEK: Readonly<Record<string, string>> = { GAMMA: 'Γ', DELTA: 'Δ', LAMBDA: 'Λ', SIGMA: 'Σ' };
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/** A label of a point of high symmetry as people write it: GAMMA is Γ, X_1 is X₁. Others stay what they are. */
export function pointLabel(label: string): string {
  const [, name, digits = ''] = /^([A-Z]+)(?:_(\d+))?$/.exec(label) ?? [];
  if (name === undefined) return label;
  return `${GREEK[name] ?? name}${[...digits].map((digit) => SUBSCRIPTS[Number(digit)]).join('')}`;
}

/** Each unit and its inverse, with exponents. */
const UNITS: Readonly<Record<EnergyUnit, { name: string; unit: string; inverse: string }>> = {
  meV: { name: 'Energy', unit: 'meV', inverse: 'meV⁻¹' },
  eV: { name: 'Energy', unit: 'eV', inverse: 'eV⁻¹' },
  THz: { name: 'Frequency', unit: 'THz', inverse: 'THz⁻¹' },
  '1/cm': { name: 'Wavenumber', unit: 'cm⁻¹', inverse: 'cm' },
};

export const energyTitle = (unit: EnergyUnit): string => `${UNITS[unit].name} (${UNITS[unit].unit})`;
export const wavevectorTitle = 'Q (Å⁻¹)';
export const momentumTitle = '|Q| (Å⁻¹)';

export function densityTitle({ measured }: Spectrum, unit: EnergyUnit): string {
  const { inverse } = UNITS[unit];
  return measured === 'per_energy'
    ? `Density of states (${inverse} atom⁻¹)`
    : `Weighted DOS (mbarn ${inverse} atom⁻¹)`;
}

export function intensityTitle({ measured }: Spectrum, unit: EnergyUnit, view: View): string {
  const { inverse } = UNITS[unit];
  const isDensity = measured === 'per_energy';
  const name = isDensity ? 'g(Q, ω)' : view === 'chi' ? 'χ″(Q, ω)' : 'S(Q, ω)';
  const perEnergy = view === 'E*S' ? [] : [inverse];
  const units = isDensity ? [...perEnergy, 'atom⁻¹'] : ['mbarn', ...perEnergy, 'sr⁻¹', 'atom⁻¹'];
  return `${view === 'E*S' ? 'ω ' : ''}${name} (${units.join(' ')})`;
}
