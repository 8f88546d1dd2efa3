/**
 * phonopy's BORN: a line with a unit conversion factor or a comment, the dielectric tensor, and a Born charge in each further
 * line, for all primitive atoms or for those that the space group tells apart.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Crystal } from '../crystal.js';
import { spaceGroup } from '../symmetry.js';
import type { PhonopyNac } from './phonopySummary.js';

/** `name` is the file that messages name. */
export async function parseBorn(text: string, crystal: Crystal, name: string): Promise<PhonopyNac> {
  const lines = text.split('\n').map((line) => line.trim());
  const first = Number(lines[0].split(/\s+/)[0] || Number.NaN);
  const tensors: Float64Array[] = [];
  lines.slice(1).forEach((line, i) => {
    if (line === '' || line.startsWith('#')) return;
    const values = line.split(/\s+/).map(Number);
    if (values.length !== 9 || !values.every(Number.isFinite)) {
      throw new EuphonicError(
        'file_damaged',
        `${name} is damaged at line ${i + 2}: it has no nine numbers.`,
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
  const born = charges.length === n ? charges : await expand(charges, crystal, name);
  return {
    born: Float64Array.from(born.flatMap((tensor) => [...tensor])),
    dielectric,
    ...(Number.isFinite(first) && first > 0 && { factor: first }),
  };
}

/** Charges of one atom of each orbit, in the order of the atoms, to all atoms: Z of the image is R Z Rᵀ. */
async function expand(charges: Float64Array[], crystal: Crystal, name: string): Promise<Float64Array[]> {
  const { operations, orbits } = await spaceGroup(crystal).catch(() => ({
    operations: [],
    orbits: new Int32Array(),
  }));
  const independent = [...new Set(orbits)].sort((a, b) => a - b);
  if (charges.length !== independent.length || independent.length === 0) {
    const n = crystal.atomType.length;
    throw new EuphonicError('file_damaged', `${name} has ${charges.length} Born charges.`, {
      where: name,
      expected: `one for each of ${n} atoms, or for each of ${independent.length} that symmetry does not relate`,
    });
  }
  return crystal.atomType.map((_, i) => {
    const from = orbits[i];
    const operation = operations.find(({ atoms }) => atoms[from] === i);
    const charge = charges[independent.indexOf(from)];
    return operation ? rotated(charge, operation.rotation) : charge;
  });
}

function rotated(z: Float64Array, r: Float64Array): Float64Array {
  return z.map((_, k) => {
    const [a, b] = [Math.floor(k / 3), k % 3];
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      for (let d = 0; d < 3; d++) sum += r[3 * a + c] * z[3 * c + d] * r[3 * b + d];
    }
    return sum;
  });
}
