/**
 * A body-centred metal with the lattice constant, mass and band width of niobium, and force constants of the range that
 * the electrons of a metal give: the size of problem of a calculation with 12×12×12 = 1728 primitive cells.
 *
 * Two stiff shells of neighbours hold the crystal, roughly as measured (Nakagawa & Woods 1963); beyond them oscillations
 * cos(2k r + δ)/r³ along the bond, as Friedel's, reach through the whole supercell, so that no term is zero.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { model } from './model.js';
import type { Structure } from './structure.js';
import { type PairLaw, SupercellMatrix } from './supercellMatrix.js';

const A = 3.3 / ANGSTROM_PER_BOHR;
/** hartree/bohr² in 1 N/m */
const NEWTON_PER_METRE = 6.42329e-4;

/** Neighbours nearer than this, bohr, count: every image within the Wigner–Seitz cell of the supercell. */
const REACH = 12 * A;

const niobiumStructure: Structure = {
  cellVectors: Float64Array.of(-A / 2, A / 2, A / 2, A / 2, -A / 2, A / 2, A / 2, A / 2, -A / 2),
  atomR: Float64Array.of(0, 0, 0),
  atomType: ['Nb'],
};

const law: PairLaw = (_a, _b, r) => {
  const first = r < 0.95 * A;
  const second = !first && r < 1.2 * A;
  const friedel = 0.8 * Math.cos(0.8 * r + 0.4) * (A / r) ** 3;
  const along = first ? 36 : second ? 13.5 : friedel;
  const across = first ? 3.3 : second ? -1 : -0.1 * friedel;
  return [along * NEWTON_PER_METRE, across * NEWTON_PER_METRE];
};

export function niobium(): ForceConstants {
  const supercell = new Supercell([12, 0, 0, 0, 12, 0, 0, 0, 12]);
  const forceConstants = new SupercellMatrix(niobiumStructure, supercell)
    .addPairs(law, REACH)
    .forceConstants();
  return model(niobiumStructure, supercell, forceConstants);
}
