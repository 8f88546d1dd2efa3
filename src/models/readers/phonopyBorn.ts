/**
 * phonopy's BORN: a line with a unit conversion factor or a comment, the dielectric tensor, and a Born charge in each further
 * line, for all primitive atoms or for those that the space group tells apart.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Crystal } from '../crystal.js';
import {
  magneticSubgroup,
  type SpaceGroup,
  SYMMETRY_TOLERANCE,
  spaceGroup,
  turnedTensor,
} from '../symmetry.js';
import { linesOf, numberOf, wordsOf } from './numbers.js';
import type { PhonopyNac } from './phonopyData.js';

/** What phonopy looks for the symmetry with, which tells atoms apart. */
export interface BornSymmetry {
  /** of each atom, a number or a vector */
  moments?: readonly (readonly number[])[];
  /** in the file's unit of length, of which `length` is the bohr */
  tolerance?: number;
  length: number;
}

/** `name` is the file that messages name. */
export async function parseBorn(
  text: string,
  crystal: Crystal,
  symmetry: BornSymmetry,
  name: string,
): Promise<PhonopyNac> {
  const lines = linesOf(text);
  // anything but a number is a comment
  const first = numberOf(lines[0].trim().split(/\s+/)[0]);
  const tensors: Float64Array[] = [];
  lines.slice(1).forEach((line, i) => {
    const words = wordsOf(line);
    if (words.length === 0) return;
    const values = words.map(numberOf);
    if (values.length !== 9 || !values.every(Number.isFinite)) {
      throw new EuphonicError(
        'file_damaged',
        `${name} is damaged at line ${i + 2}: it does not have nine numbers.`,
        {
          where: `${name}, line ${i + 2}`,
          expected: 'a tensor: xx xy xz yx yy yz zx zy zz',
        },
      );
    }
    tensors.push(Float64Array.from(values));
  });
  const [dielectric, ...charges] = tensors;
  const n = crystal.atomType.length;
  const born = charges.length === n ? charges : await expand(charges, crystal, symmetry, name);
  return {
    born: Float64Array.from(born.flatMap((tensor) => [...tensor])),
    dielectric,
    ...(first > 0 && { factor: first }),
  };
}

/** Charges of one atom of each orbit, in the order of the atoms, to all atoms: Z of the image is R Z Rᵀ. */
async function expand(
  charges: Float64Array[],
  crystal: Crystal,
  symmetry: BornSymmetry,
  name: string,
): Promise<Float64Array[]> {
  const counts = new Set<number>();
  for await (const { operations, orbits } of groups(crystal, symmetry)) {
    const independent = [...new Set(orbits)].sort((a, b) => a - b);
    counts.add(independent.length);
    if (charges.length !== independent.length) continue;
    return crystal.atomType.map((_, i) => {
      const from = orbits[i];
      const operation = operations.find(({ atoms }) => atoms[from] === i);
      const charge = charges[independent.indexOf(from)];
      return operation ? turnedTensor(operation.rotation, charge) : charge;
    });
  }
  const n = crystal.atomType.length;
  throw new EuphonicError('file_damaged', `${name} has ${charges.length} Born charges.`, {
    where: name,
    expected: `one for each of ${n} atoms, or for each of ${[...counts].join(' or ') || 0} that symmetry does not relate`,
  });
}

/**
 * The groups in which phonopy may have looked for independent atoms: with the magnetic moments, by the tolerance of the summary, and
 * with sites such as Cl1 and Cl2 as equal or as different, which versions do differently. Others follow, for files made in other ways.
 */
async function* groups(
  crystal: Crystal,
  { moments, tolerance, length }: BornSymmetry,
): AsyncGenerator<Pick<SpaceGroup, 'operations' | 'orbits'>> {
  const elements = crystal.atomType.map((type) => type.replace(/\d+$/, ''));
  const isLabelled = elements.some((element, i) => element !== crystal.atomType[i]);
  const tolerances = tolerance === undefined ? [] : [tolerance * length];
  for (const distance of new Set([...tolerances, SYMMETRY_TOLERANCE])) {
    for (const atomType of isLabelled ? [elements, crystal.atomType] : [elements]) {
      // overlapping atoms have no group
      const group = await spaceGroup({ ...crystal, atomType }, distance).catch(() => undefined);
      if (!group) continue;
      if (moments) yield magneticSubgroup(group, moments, distance / length);
      yield group;
    }
  }
}
