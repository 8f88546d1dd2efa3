/** What phonopy's files hold, in their own units and conventions. */

export interface PhonopyCell {
  /** [3,3] in the file's unit of length, one vector a row */
  lattice: Float64Array;
  /** [n,3] fractional */
  positions: Float64Array;
  symbols: string[];
  /** [n] amu */
  masses: Float64Array;
  /** for each atom its magnetic moment, a number or a vector, if stated */
  moments?: number[][];
  /** for each atom of a supercell the number (from 0) of the atom that stands for its primitive atom, if stated */
  reducedTo?: Int32Array;
}

export interface PhonopyForceConstants {
  /** atoms in rows and columns: primitive or all atoms of the supercell, and all atoms of the supercell */
  shape: [rows: number, columns: number];
  /** [rows,columns,3,3] */
  elements: Float64Array;
  /** the atom of the supercell (from 0) that each row belongs to, if stated */
  rowAtoms?: Int32Array;
  unit?: string;
}

export interface PhonopyNac {
  /** [n,3,3] e, first index electric field, second displacement; n atoms, or those that symmetry tells apart */
  born: Float64Array;
  /** [3,3] */
  dielectric: Float64Array;
  /** e²/4πε₀ in the file's units, if stated */
  factor?: number;
}

export interface PhonopySummary {
  version?: string;
  calculator?: string;
  units: { length?: string; forceConstants?: string };
  /** in the file's unit of length: how far phonopy let atoms be from where symmetry puts them */
  symmetryTolerance?: number;
  primitive: PhonopyCell;
  supercell: PhonopyCell;
  forceConstants?: PhonopyForceConstants;
  nac?: PhonopyNac;
}
