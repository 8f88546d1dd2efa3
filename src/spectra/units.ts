/** Units of spectra: inside meV and 1/Å, outside what the user asks for. */
import type { Measured } from './spectrum.js';

/** Names of pint's registry, by which Euphonic reads files, and how many of the unit a meV has (CODATA 2018). */
const ENERGIES = {
  meV: { pint: 'millielectron_volt', perMeV: 1 },
  eV: { pint: 'electron_volt', perMeV: 1e-3 },
  THz: { pint: 'terahertz', perMeV: 0.2417989242084918 },
  '1/cm': { pint: '1 / centimeter', perMeV: 8.065543937349211 },
} as const;

export type EnergyUnit = keyof typeof ENERGIES;
export const ENERGY_UNITS = Object.keys(ENERGIES) as EnergyUnit[];

export const perMeV = (unit: EnergyUnit): number => ENERGIES[unit].perMeV;

interface Unit {
  /** for people */
  text: string;
  /** for Euphonic */
  pint: string;
  /** by which a number in the units of spectra is multiplied */
  factor: number;
}

export function unitOf(measured: Measured, energy: EnergyUnit): Unit {
  const { pint, perMeV } = ENERGIES[energy];
  const inverse = pint.startsWith('1 / ') ? pint.slice(4) : `1 / ${pint}`;
  switch (measured) {
    case 'energy':
      return { text: energy, pint, factor: perMeV };
    case 'per_energy':
      return { text: per('1', energy), pint: inverse, factor: 1 / perMeV };
    case 'cross_section_per_energy':
      return {
        text: per('mbarn', energy),
        pint: inverse.startsWith('1 / ') ? `millibarn / ${pint}` : `millibarn * ${inverse}`,
        factor: 1 / perMeV,
      };
    case 'wavevector':
      return { text: '1/Å', pint: '1 / angstrom', factor: 1 };
    case 'lattice_units':
      return { text: 'r.l.u.', pint: 'dimensionless', factor: 1 };
  }
}

const per = (unit: string, energy: EnergyUnit) => `${unit}/${energy.includes('/') ? `(${energy})` : energy}`;
