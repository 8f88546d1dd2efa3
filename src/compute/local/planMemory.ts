/** Memory for making a plan, told before it is made. */

/** Copies of the force constants while they are rearranged. */
const BYTES_PER_MODEL_BYTE = 3;

/** Tables of a pair of atoms, where there is no dipole term. */
const BYTES_PER_PAIR = 1000;

/**
 * With a dipole term, lattice vectors of Ewald's real half and G vectors of the reciprocal one are added. A large cell
 * has fewer of them for each pair. Measured peaks: 15 kB for 60 to 200 atoms in 2×2×2 cells, 9 to 11 kB for 200 to 800
 * atoms in one.
 */
const BYTES_PER_POLAR_PAIR = 16_000;
const LEAST_BYTES_PER_POLAR_PAIR = 10_000;
const ATOMS_OF_A_LARGE_CELL = 200;

/** Estimate of the peak in bytes, for a model of `modelBytes`; within a factor of about two for what was measured. */
export function planBytes(nAtoms: number, modelBytes: number, hasDipole: boolean): number {
  const polar = BYTES_PER_POLAR_PAIR * Math.min(1, ATOMS_OF_A_LARGE_CELL / nAtoms);
  const perPair = hasDipole ? Math.max(LEAST_BYTES_PER_POLAR_PAIR, polar) : BYTES_PER_PAIR;
  return BYTES_PER_MODEL_BYTE * modelBytes + perPair * nAtoms ** 2;
}
