/** What stands on axes. */
import type { Axis, Direction, Spectrum } from '../spectra/spectrum.js';
import type { EnergyUnit } from '../spectra/units.js';
import type { View } from './choices.js';

/** Each unit and its inverse, with exponents. */
const UNITS: Readonly<Record<EnergyUnit, { name: string; unit: string; inverse: string }>> = {
  meV: { name: 'Energy', unit: 'meV', inverse: 'meV⁻¹' },
  eV: { name: 'Energy', unit: 'eV', inverse: 'eV⁻¹' },
  THz: { name: 'Frequency', unit: 'THz', inverse: 'THz⁻¹' },
  '1/cm': { name: 'Wavenumber', unit: 'cm⁻¹', inverse: 'cm' },
};

export const energyTitle = (unit: EnergyUnit): string => `${UNITS[unit].name} (${UNITS[unit].unit})`;
export const wavevectorTitle = 'Q (Å⁻¹)';
const momentumTitle = '|Q| (Å⁻¹)';

/** What stands on an axis of a map; `letter` is for multiples of a direction. */
export function axisTitle({ measured, of, direction }: Axis, unit: EnergyUnit, letter: string): string {
  if (measured === 'energy') return energyTitle(unit);
  if (measured === 'lattice_units')
    return direction ? `${lineWords(direction, letter)} (r.l.u.)` : 'Q (r.l.u.)';
  return of === 'bins' ? momentumTitle : wavevectorTitle;
}

/** A line of q-points as people write it: [1+ξ, −ξ/2, 0]. */
function lineWords({ origin, hkl }: Direction, letter: string): string {
  const indices = hkl.map((x, k) => {
    const [from, along] = [Number(origin[k].toFixed(4)), Number(x.toFixed(4))];
    if (along === 0) return minus(String(from));
    const size = Math.abs(along) === 1 ? '' : String(Math.abs(along));
    const sign = along < 0 ? '−' : from === 0 ? '' : '+';
    return `${from === 0 ? '' : minus(String(from))}${sign}${size}${letter}`;
  });
  return `[${indices.join(', ')}]`;
}

const minus = (number: string) => number.replace('-', '−');

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
