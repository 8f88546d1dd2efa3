/** The path through reciprocal space that flags ask for. */
import { ANGSTROM_PER_BOHR } from '../../models/units.js';
import {
  type Corners,
  coordinateCorners,
  labelledCorners,
  parseLabels,
} from '../../qpoints/paths/corners.js';
import { type LatticePath, latticePath } from '../../qpoints/paths/latticePath.js';
import { type SampledPath, samplePath } from '../../qpoints/paths/sample.js';
import type { CrystalData } from '../formats/structureFactorFile.js';
import type { PathFlags } from '../options/pathOptions.js';
import { fromCommandLine } from '../terminal/exitCodes.js';
import { note } from '../terminal/output.js';

/** 1/Å, as Euphonic's tools have it. */
const DEFAULT_SPACING = 0.025;

interface ChosenPath {
  lattice: LatticePath;
  corners: Corners;
  sampled: SampledPath;
}

/** The automatic path, or one of labels or coordinates. Throws UsageError. */
export async function chosenPath(
  { cellVectors, atomR, atomType }: CrystalData,
  flags: PathFlags,
): Promise<ChosenPath> {
  const inBohr = cellVectors.map((x) => x / ANGSTROM_PER_BOHR);
  const lattice = await latticePath({ cellVectors: inBohr, atomR, atomType });
  const corners = fromCommandLine(() => cornersOf(flags, lattice));
  const spacing = flags.qSpacing ?? DEFAULT_SPACING;
  const sampled = fromCommandLine(() => samplePath(corners, inBohr, spacing, flags.zone));
  return { lattice, corners, sampled };
}

/** What a spectrum says of its path. */
export function pathText({ lattice, corners, sampled }: ChosenPath, { zone }: PathFlags) {
  return {
    lattice: lattice.bravais,
    path: corners.map((part) => part.map(({ label }) => label).join(' ')).join(' | '),
    ...(zone && { zone: zone.join(' ') }),
    q_points: sampled.distances.length,
  };
}

function cornersOf({ path: labels, q }: PathFlags, lattice: LatticePath): Corners {
  if (q) return coordinateCorners(q, lattice);
  if (labels?.flat().includes('G') && lattice.points.has('G'))
    note(`The lattice ${lattice.bravais} has a point G of its own; its zone centre is GAMMA.`);
  return labelledCorners(labels ?? parseLabels(lattice.path), lattice);
}
