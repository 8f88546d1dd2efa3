/** Small models and files for tests. */
import { seededRandom } from '../../crystals/random.js';
import type { ForceConstantsContent } from '../../src/models/crystal.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';

/** A polar crystal without meaning: two species, a skew supercell of 6 cells, arbitrary numbers. */
export function arbitraryContent(seed = 1): ForceConstantsContent {
  const next = seededRandom(seed);
  const fill = (size: number) => Float64Array.from({ length: size }, next);
  return {
    crystal: {
      cellVectors: Float64Array.of(7, 0.5, 0, 0.25, 8, -1, 1, 0, 9.5),
      atomR: fill(9),
      atomType: ['O', 'O', 'Si'],
      atomMass: Float64Array.of(29165, 29165, 51197),
    },
    scMatrix: Int32Array.of(2, 0, 0, 1, 3, 0, 0, 0, 1),
    cellOrigins: Int32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 2, 0, 1, 2, 0),
    forceConstants: fill(6 * 81),
    born: fill(27),
    dielectric: Float64Array.of(2.5, 0.1, 0, 0.1, 2.25, 0, 0, 0, 3),
  };
}

export const arbitraryModel = (seed = 1) => makeForceConstants(arbitraryContent(seed));

/** The same with its atoms in the cell, where CASTEP has them. */
export function arbitraryInside(seed = 1): ForceConstantsContent {
  const content = arbitraryContent(seed);
  const atomR = content.crystal.atomR.map((x) => x - Math.floor(x));
  return { ...content, crystal: { ...content.crystal, atomR } };
}
