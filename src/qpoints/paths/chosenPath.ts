/** The path through reciprocal space that someone asks for: the automatic one, or one of labels or coordinates. */
import type { Crystal } from '../../models/crystal.js';
import type { Vector } from '../../models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../../models/units.js';
import { type Corners, coordinateCorners, labelledCorners, parseLabels } from './corners.js';
import { type LatticePath, latticePath } from './latticePath.js';
import { type SampledPath, samplePath } from './sample.js';

export interface WantedPath {
  /** labels of each unbroken part */
  path?: string[][];
  /** or r.l.u. of each unbroken part */
  q?: Vector[][];
  /** integers, added to each point */
  zone?: Vector;
  /** 1/Å: the largest distance between q-points */
  qSpacing?: number;
  /** of each line, in place of the spacing: those of another crystal's path */
  steps?: readonly number[];
}

export interface ChosenPath {
  /** none where no space group is found, and coordinates are given */
  lattice?: LatticePath;
  corners: Corners;
  sampled: SampledPath;
  /** sentences for the user */
  notes: string[];
}

/** 1/Å, as Euphonic's tools have it. */
const DEFAULT_SPACING = 0.025;

/**
 * As `latticePath`, of a crystal whose `cellVectors` [3,3] are in Å. Where no space group is found it throws `invalid_argument`, or
 * gives none for a path of coordinates, which needs none.
 */
export async function latticeForPath(
  crystal: Omit<Crystal, 'atomMass'>,
  { q }: Pick<WantedPath, 'q'>,
): Promise<LatticePath | undefined> {
  try {
    return await latticePath({ ...crystal, cellVectors: inBohr(crystal.cellVectors) });
  } catch (error) {
    if (q) return undefined;
    throw error;
  }
}

/**
 * On what `latticeForPath` found; `cellVectors` [3,3] Å. Throws `invalid_argument` for an unknown label or a line without
 * length, `too_large` for a spacing with too many points.
 */
export function chosenPath(
  lattice: LatticePath | undefined,
  cellVectors: Float64Array,
  { path: labels, q, zone, qSpacing = DEFAULT_SPACING, steps }: WantedPath,
): ChosenPath {
  const corners = q
    ? coordinateCorners(q, lattice ?? { points: new Map() })
    : labelledCorners(labels ?? parseLabels(lattice!.path), lattice!);
  const isAmbiguous = !q && labels?.flat().includes('G') && lattice!.points.has('G');
  return {
    ...(lattice && { lattice }),
    corners,
    sampled: samplePath(corners, inBohr(cellVectors), qSpacing, zone, steps),
    notes: [
      ...(isAmbiguous
        ? [`The lattice ${lattice!.bravais} has a point G of its own; its zone centre is GAMMA.`]
        : []),
      ...(!q && lattice!.primitiveCells > 1
        ? [
            `The cell holds ${lattice!.primitiveCells} primitive cells, and the path is theirs: modes of other q-points are folded back onto it.`,
          ]
        : []),
      ...(lattice
        ? []
        : ['No space group was found for the crystal: the points of its path have no labels.']),
    ],
  };
}

/** Labels of all parts, | between them. */
export function cornersText(corners: Corners): string {
  return corners.map((part) => part.map(({ label }) => label).join(' ')).join(' | ');
}

const inBohr = (angstrom: Float64Array) => angstrom.map((x) => x / ANGSTROM_PER_BOHR);
