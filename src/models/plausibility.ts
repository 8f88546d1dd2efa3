/**
 * Whether a model can be the crystal that its file is about: what holds for every crystal, and fails where a reader, or the
 * program that wrote the file, puts atoms or cells in wrong places or takes wrong units. Notes for the user, not errors.
 */
import { type Coupling, couplingsOf, distanceFinder, neighbourFinder } from './couplings.js';
import type { Crystal } from './crystal.js';
import type { ForceConstants } from './forceConstants.js';
import { Supercell, volume } from './lattice.js';
import { symmetryDifferences } from './symmetryDifferences.js';
import { ANGSTROM_PER_BOHR } from './units.js';

/** No two atoms of a crystal come nearer than this, Å. */
const MIN_ATOM_DISTANCE = 0.5;

/** Of each atom so many couplings are looked at, the strongest, and none below this part of the strongest. */
const COUPLINGS_OF_ATOM = 32;
const WEAK = 0.1;

/** Symmetry is tested for so many couplings, the strongest of all. */
const COUPLINGS_TESTED = 200;

/**
 * How many times farther away the atoms may be to which an atom is coupled strongly than they were if the strongest couplings were
 * to the nearest atoms, on average: 1.01 in crystals if only images of the same atoms are compared, 1.2 among all atoms.
 */
const MAX_FARTHER_IMAGES = 1.1;
const MAX_FARTHER_ATOMS = 1.5;

/** Nearer atoms are looked for in a sphere that holds so many on average. */
const NEIGHBOURHOOD = 64;

/** Largest difference of what symmetry makes equal, of the largest. Programs that do not symmetrise leave some per cent at most. */
const MAX_DIFFERENCE = 0.25;

const ADVICE =
  'Atoms or cells may have been put in the wrong place: compare with the program that wrote the file.';

/** Sentences for the user; none for a crystal in which nothing is strange. */
export function plausibilityNotes(fc: ForceConstants): string[] {
  const home = new Supercell(fc.scMatrix, fc.cellOrigins).indexOf([0, 0, 0]);
  const placement = placementFinder(fc);
  const placements: Placement[] = [];
  let strongest: Coupling[] = [];
  for (let i = 0; i < fc.nAtoms; i++) {
    const couplings = couplingsOf(fc, i, home, WEAK, COUPLINGS_OF_ATOM);
    if (couplings.length === 0) continue;
    placements.push(placement(couplings));
    strongest = strongest.concat(couplings);
    strongest = strongest.sort((a, b) => b.strength - a.strength).slice(0, COUPLINGS_TESTED);
  }
  return [...closeAtoms(fc.crystal), ...farNote(fc.crystal, placements), ...symmetryNotes(fc, strongest)];
}

/** How far away the atoms are that an atom is coupled to strongly. */
interface Placement {
  atom: number;
  /** of its strongest coupling */
  strength: number;
  /** means over its couplings, weighted with the square of their strength, bohr: as they are … */
  distance: number;
  /** … if the strongest were to the nearest image of the same atom, or to the nearest atoms */
  amongImages: number;
  amongAtoms: number;
  /** distance of the nearest atom, bohr */
  nearest: number;
}

function placementFinder(fc: ForceConstants): (couplings: Coupling[]) => Placement {
  const { crystal, nAtoms, scMatrix, cellOrigins } = fc;
  const supercell = new Supercell(scMatrix, cellOrigins);
  const distanceOf = distanceFinder(fc);
  const neighbours = neighbourFinder(crystal);
  const sphere = Math.cbrt((3 * NEIGHBOURHOOD * volume(crystal.cellVectors)) / (4 * Math.PI * nAtoms));
  return (couplings) => {
    const { i, strength } = couplings[0];
    const distances = couplings.map(distanceOf);
    const farthest = Math.max(...distances);
    const near = neighbours(i, Math.min(farthest * (1 + 1e-9), sphere)).sort((a, b) => a.r - b.r);
    // images that differ by a vector of the supercell share their force constants
    const seen = new Set<string>();
    const apart = near.filter(({ j, cell }) => {
      const key = `${j} ${supercell.indexOf(cell)}`;
      return !seen.has(key) && seen.add(key);
    });
    const of = (j?: number) => apart.filter((other) => j === undefined || other.j === j).map(({ r }) => r);
    const images = new Map(couplings.map(({ j }) => [j, of(j)]));
    const atoms = of();
    const mean = (distance: (coupling: Coupling, k: number) => number) =>
      couplings.reduce((sum, coupling, k) => sum + coupling.strength ** 2 * distance(coupling, k), 0) /
      couplings.reduce((sum, coupling) => sum + coupling.strength ** 2, 0);
    return {
      atom: i,
      strength,
      distance: mean((_, k) => distances[k]),
      amongImages: mean(({ j }) => images.get(j)?.shift() ?? farthest),
      amongAtoms: mean((_, k) => atoms[k] ?? farthest),
      nearest: near[0]?.r ?? farthest,
    };
  };
}

function farNote({ atomType }: Crystal, placements: Placement[]): string[] {
  const strongest = placements.reduce((most, { strength }) => Math.max(most, strength), 0);
  const isFar = ({ distance, amongImages, amongAtoms, strength }: Placement) =>
    strength > WEAK * strongest &&
    (distance > MAX_FARTHER_IMAGES * amongImages || distance > MAX_FARTHER_ATOMS * amongAtoms);
  const far = placements.filter(isFar);
  if (far.length === 0) return [];
  const worst = far.reduce((a, b) => (b.distance / b.amongAtoms > a.distance / a.amongAtoms ? b : a));
  const angstrom = (r: number) => (r * ANGSTROM_PER_BOHR).toFixed(2);
  const count = far.length === 1 ? 'One atom has' : `${far.length} of ${atomType.length} atoms have`;
  return [
    `${count} large force constants with atoms that are far away: ${atomType[worst.atom]} (atom ${worst.atom + 1}) at ${angstrom(worst.distance)} Å on average, where ${angstrom(worst.amongAtoms)} Å would be expected. ${ADVICE}`,
  ];
}

function closeAtoms(crystal: Crystal): string[] {
  const neighbours = neighbourFinder(crystal);
  const reach = MIN_ATOM_DISTANCE / ANGSTROM_PER_BOHR;
  const pairs = [...crystal.atomType.keys()].flatMap((i) =>
    neighbours(i, reach).map((other) => ({ i, ...other })),
  );
  if (pairs.length === 0) return [];
  const { i, j, r } = pairs.reduce((a, b) => (b.r < a.r ? b : a));
  const name = (atom: number) => `${crystal.atomType[atom]} (atom ${atom + 1})`;
  return [
    `${name(i)} and ${i === j ? 'its own image' : name(j)} are ${(r * ANGSTROM_PER_BOHR).toFixed(3)} Å apart, less than ${MIN_ATOM_DISTANCE} Å: the lengths may be in another unit than the file says, nanometres for instance.`,
  ];
}

function symmetryNotes(fc: ForceConstants, couplings: Coupling[]): string[] {
  const found = symmetryDifferences(fc, couplings);
  const differences: [string, number][] = [
    ['Force constants', found.forceConstants],
    ['Born charges', found.born],
    ['Elements of the dielectric tensor', found.dielectric],
  ];
  return differences
    .filter(([, difference]) => difference > MAX_DIFFERENCE)
    .map(
      ([what, difference]) =>
        `${what} that the symmetry of the crystal makes equal differ by ${(100 * difference).toFixed(0)} % of the largest. ${ADVICE} Magnetic order lowers the symmetry, too.`,
    );
}
