/** The path through reciprocal space that flags ask for. */
import { type ChosenPath, chosenPath as choose, latticeForPath } from '../../qpoints/paths/chosenPath.js';
import type { CrystalData } from '../formats/structureFactorFile.js';
import type { PathFlags } from '../options/pathOptions.js';
import { fromCommandLine } from '../terminal/exitCodes.js';
import { note } from '../terminal/output.js';

/** The automatic path, or one of labels or coordinates. Throws UsageError. */
export async function chosenPath(crystal: CrystalData, flags: PathFlags): Promise<ChosenPath> {
  const { cellVectors, atomR, atomType } = crystal;
  const lattice = await latticeForPath({ cellVectors, atomR, atomType }, flags);
  const chosen = fromCommandLine(() => choose(lattice, cellVectors, flags));
  for (const sentence of chosen.notes) note(sentence);
  return chosen;
}

/** What the summary says of a path. */
export const pathWords = ({ lattice, sampled }: ChosenPath) =>
  `${lattice ? `${lattice.bravais}, ` : ''}${sampled.distances.length} q-points`;

/** The same with `--json`. */
export const pathFigures = ({ lattice, sampled }: ChosenPath) => ({
  bravais: lattice?.bravais ?? null,
  n_qpts: sampled.distances.length,
});
