/**
 * Polar crystals of any size without symmetry, for the growth of the cost with the number of atoms: a rock-salt block as
 * the cell, every ion moved a little, springs between all ions, 2×2×2 cells or another number.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { anisotropicCharges, shaken, springLaw, springModel } from './springs.js';
import { intoCell } from './structure.js';

/** Å between neighbouring ions of the perfect block */
const SPACING = 2.8;

const law = springLaw({ stiffness: 0.03, length: SPACING, decay: 0.5, across: 0.15 });

/** `block`: ions along each edge of the cell; their product is the number of atoms and must be even. `cells`³ of it. */
export function disorderedSalt(block: readonly [number, number, number], cells = 2): ForceConstants {
  const [nx, ny, nz] = block;
  const atoms = Array.from({ length: nx * ny * nz }, (_, k) => [
    k % nx,
    Math.floor(k / nx) % ny,
    Math.floor(k / nx / ny),
  ]);
  const signs = atoms.map(([x, y, z]) => ((x + y + z) % 2 ? -1 : 1));
  if (signs.reduce((a, b) => a + b, 0) !== 0) throw new Error('the block must hold an even number of ions');
  const edges = block.map((n) => (n * SPACING) / ANGSTROM_PER_BOHR);
  const perfect = {
    cellVectors: Float64Array.of(edges[0], 0, 0, 0, edges[1], 0, 0, 0, edges[2]),
    atomR: Float64Array.from(atoms.flatMap((position) => position.map((x, k) => x / block[k]))),
    atomType: signs.map((sign) => (sign > 0 ? 'Na' : 'Cl')),
  };
  const structure = intoCell(shaken(perfect, 0.4, atoms.length));
  const polar = anisotropicCharges(
    structure,
    signs.map((sign) => 0.6 * sign),
    [2.3, 2.4, 2.2],
  );
  return springModel(structure, law, new Supercell([cells, 0, 0, 0, cells, 0, 0, 0, cells]), polar);
}
