/**
 * A molecular crystal with the cell, space group (Pnam) and packing of ammonium sulphate, (NH₄)₂SO₄: 60 atoms, ideal
 * tetrahedra, springs and charges chosen, not fitted. Polar; with an inversion centre, and a variant in which every atom is
 * moved a little, which has none. The supercell is 4×3×5.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { Supercell, type Vector } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { anisotropicCharges, shaken, springLaw, springModel } from './springs.js';
import { intoCell, type Structure } from './structure.js';

/** Å */
const CELL: Vector = [7.78, 10.64, 5.99];

/** Molecules on the mirror plane z = ¼: centre x and y, angle of the tetrahedron in the plane, bond in Å. */
const MOLECULES = [
  { centre: 'S', corner: 'O', x: 0.2446, y: 0.4197, angle: 0.3, bond: 1.473 },
  { centre: 'N', corner: 'H', x: 0.1892, y: 0.0958, angle: 1.9, bond: 1.03 },
  { centre: 'N', corner: 'H', x: 0.0352, y: 0.8013, angle: -0.8, bond: 1.03 },
];

/** Pnam; the mirror z → ½ − z takes an atom on it to itself, so such atoms take the first four only. */
const OPERATIONS: ((r: Vector) => Vector)[] = [
  ([x, y, z]) => [x, y, z],
  ([x, y, z]) => [-x, -y, z + 0.5],
  ([x, y, z]) => [x + 0.5, 0.5 - y, z],
  ([x, y, z]) => [0.5 - x, y + 0.5, z + 0.5],
  ([x, y, z]) => [x, y, 0.5 - z],
  ([x, y, z]) => [-x, -y, -z],
  ([x, y, z]) => [x + 0.5, 0.5 - y, 0.5 - z],
  ([x, y, z]) => [0.5 - x, y + 0.5, -z],
];

const CHARGES: Readonly<Record<string, number>> = { S: 1.6, O: -0.9, N: -0.4, H: 0.35 };

function sulphateStructure(): Structure {
  const half = Math.acos(-1 / 3) / 2;
  const atoms: { type: string; r: Vector }[] = [];
  const place = (type: string, r: Vector) => {
    const onMirror = r[2] === 0.25;
    for (const operation of onMirror ? OPERATIONS.slice(0, 4) : OPERATIONS)
      atoms.push({ type, r: operation(r) });
  };
  for (const { centre, corner, x, y, angle, bond } of MOLECULES) {
    const at = (direction: number, length: number, height: number) => {
      const [u, v] = [Math.cos(direction) * length, Math.sin(direction) * length];
      return [x + u / CELL[0], y + v / CELL[1], 0.25 + height / CELL[2]] as Vector;
    };
    place(centre, [x, y, 0.25]);
    place(corner, at(angle + half, bond, 0));
    place(corner, at(angle - half, bond, 0));
    place(corner, at(angle + Math.PI, bond * Math.cos(half), bond * Math.sin(half)));
  }
  const order = ['H', 'N', 'O', 'S'];
  atoms.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  return {
    cellVectors: Float64Array.of(CELL[0], 0, 0, 0, CELL[1], 0, 0, 0, CELL[2]).map(
      (x) => x / ANGSTROM_PER_BOHR,
    ),
    atomR: Float64Array.from(atoms.flatMap(({ r }) => r)),
    atomType: atoms.map(({ type }) => type),
  };
}

const law = springLaw(
  { stiffness: 0.015, length: 2.2, decay: 0.6, across: 0.15 },
  {
    springs: { stiffness: 0.4, length: 1.2, decay: 2, across: 0.08 },
    isBond: (a, b, r) => (r < 1.2 && `${a}${b}`.includes('N')) || (r < 1.65 && `${a}${b}`.includes('S')),
  },
);

export function ammoniumSulphate({ inversionCentre }: { inversionCentre: boolean }): ForceConstants {
  const ideal = sulphateStructure();
  const structure = intoCell(inversionCentre ? ideal : shaken(ideal, 0.1, 60));
  const charges = structure.atomType.map((type) => CHARGES[type]);
  const polar = anisotropicCharges(structure, charges, [2.31, 2.36, 2.28]);
  return springModel(structure, law, new Supercell([4, 0, 0, 0, 3, 0, 0, 0, 5]), polar);
}
