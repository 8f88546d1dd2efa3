/** Extended Bravais lattices: those of crystallography, divided by the shape of the Brillouin zone (Hinuma et al. 2017). */
import { reciprocal } from '../../models/lattice.js';
import { isAcute } from './niggli.js';

/** Crystal family and centring: A where the standard setting of the space group centres the A faces. */
export type Bravais =
  | 'aP'
  | `m${'P' | 'C'}`
  | `o${'P' | 'C' | 'A' | 'F' | 'I'}`
  | `t${'P' | 'I'}`
  | `h${'P' | 'R'}`
  | `c${'P' | 'F' | 'I'}`;

export const EXTENDED_BRAVAIS = [
  ...(['aP2', 'aP3', 'mP1', 'mC1', 'mC2', 'mC3', 'oP1', 'oC1', 'oC2', 'oA1', 'oA2'] as const),
  ...(['oF1', 'oF2', 'oF3', 'oI1', 'oI2', 'oI3', 'tP1', 'tI1', 'tI2'] as const),
  ...(['hP1', 'hP2', 'hR1', 'hR2', 'cP1', 'cP2', 'cF1', 'cF2', 'cI1'] as const),
];
export type ExtendedBravais = (typeof EXTENDED_BRAVAIS)[number];

/** What the parameters of points depend on: lengths in any unit, and the monoclinic angle. */
export interface ConventionalCell {
  a: number;
  b: number;
  c: number;
  cosBeta: number;
}

/** Lengths that differ by less than this part of them are equal: then both zones are the same, and the choice is fixed. */
const EQUAL = 1e-7;
const less = (x: number, y: number) => x < y - EQUAL * Math.max(Math.abs(x), Math.abs(y));

/** Last space group of each crystal family. */
const FAMILIES = [
  ['a', 2],
  ['m', 15],
  ['o', 74],
  ['t', 142],
  ['h', 194],
  ['c', 230],
] as const;

/** Of a space group by number and Hermann–Mauguin symbol in the standard setting. */
export function bravaisLattice(number: number, symbol: string): Bravais {
  const [family] = FAMILIES.find(([, last]) => number <= last)!;
  return `${family}${symbol[0]}` as Bravais;
}

/** Primitive groups of the classes 3, -3, 312, 31m and -31m, in which the lines H–K and K–H_2 are inequivalent. */
const WITH_SECOND_HK = [143, 144, 145, 147, 149, 151, 153, 157, 159, 162, 163];
/** Last space group of the classes 23 and m-3, in which a fourfold axis is missing. */
const LAST_WITHOUT_FOURFOLD = 206;

/** Of the cell (vectors in rows) whose reciprocal one is reduced. */
export function triclinicBravais(cellVectors: Float64Array): ExtendedBravais {
  return isAcute(reciprocal(cellVectors)) ? 'aP3' : 'aP2';
}

/** Of all other lattices. */
export function extendedBravais(bravais: Bravais, number: number, cell: ConventionalCell): ExtendedBravais {
  const { a, b, c, cosBeta } = cell;
  switch (bravais) {
    case 'cP':
    case 'cF':
      return `${bravais}${number <= LAST_WITHOUT_FOURFOLD ? 1 : 2}`;
    case 'hP':
      return WITH_SECOND_HK.includes(number) ? 'hP1' : 'hP2';
    case 'hR':
      return less(Math.SQRT2 * c, Math.sqrt(3) * a) ? 'hR2' : 'hR1';
    case 'tI':
      return less(a, c) ? 'tI2' : 'tI1';
    case 'oC':
      return less(b, a) ? 'oC2' : 'oC1';
    case 'oA':
      return less(c, b) ? 'oA2' : 'oA1';
    case 'oF':
      if (less(1 / b ** 2 + 1 / c ** 2, 1 / a ** 2)) return 'oF1';
      return less(1 / a ** 2 + 1 / b ** 2, 1 / c ** 2) ? 'oF2' : 'oF3';
    case 'oI':
      if (!less(b, Math.max(a, c))) return 'oI3';
      return less(a, c) ? 'oI1' : 'oI2';
    case 'mC': {
      const sine = Math.sqrt(1 - cosBeta ** 2);
      if (less(b, a * sine)) return 'mC1';
      return less(1, (-a * cosBeta) / c + ((a * sine) / b) ** 2) ? 'mC3' : 'mC2';
    }
    default:
      return `${bravais as 'oP'}1`;
  }
}
