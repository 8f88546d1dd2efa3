/** `euphonicd path`: points of high symmetry, and q-points along the path through them or one of the user's own. */
import { EuphonicClient } from '../../client/client.js';
import type { Crystal } from '../../models/crystal.js';
import { ANGSTROM_PER_BOHR } from '../../models/units.js';
import { toFloat64Array } from '../../protocol/arrays.js';
import {
  type Corners,
  coordinateCorners,
  labelledCorners,
  parseLabels,
} from '../../qpoints/paths/corners.js';
import { type LatticePath, latticePath } from '../../qpoints/paths/latticePath.js';
import { type SampledPath, samplePath } from '../../qpoints/paths/sample.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
import { EXIT_OK, fromCommandLine } from '../terminal/exitCodes.js';
import { note, print, printJson } from '../terminal/output.js';

/** 1/Å, as Euphonic's tools have it. */
const DEFAULT_SPACING = 0.025;

export async function path(
  model: string,
  flags: ModelFlags & PathFlags & { json?: boolean },
): Promise<number> {
  const crystal = await crystalOf(model, flags);
  const lattice = await latticePath(crystal);
  const corners = fromCommandLine(() => cornersOf(flags, lattice));
  const spacing = flags.qSpacing ?? DEFAULT_SPACING;
  const sampled = fromCommandLine(() => samplePath(corners, crystal.cellVectors, spacing, flags.zone));
  if (flags.json) {
    const wanted = flags.path ?? flags.q ?? flags.zone ?? flags.qSpacing;
    printJson({ ...latticeJson(lattice, corners), ...(wanted !== undefined && sampledJson(sampled)) });
  } else {
    for (const line of [...latticeLines(lattice), ...pathLines(corners, sampled, flags.zone)]) print(line);
  }
  return EXIT_OK;
}

async function crystalOf(model: string, flags: ModelFlags): Promise<Omit<Crystal, 'atomMass'>> {
  const client = new EuphonicClient();
  try {
    const summary = await client.loadModel(model, modelOptions(flags));
    const { frames } = await client.modelInfo(summary);
    const array = (name: string) => toFloat64Array(frames.find((frame) => frame.name === name)!);
    return {
      cellVectors: array('cell_vectors').map((x) => x / ANGSTROM_PER_BOHR),
      atomR: array('atom_r'),
      atomType: summary.atom_type,
    };
  } finally {
    client.close();
  }
}

function cornersOf({ path: labels, q }: PathFlags, lattice: LatticePath): Corners {
  if (q) return coordinateCorners(q, lattice);
  if (labels?.flat().includes('G') && lattice.points.has('G'))
    note(`The lattice ${lattice.bravais} has a point G of its own; its zone centre is GAMMA.`);
  return labelledCorners(labels ?? parseLabels(lattice.path), lattice);
}

function latticeJson({ bravais, points }: LatticePath, corners: Corners) {
  return {
    bravais,
    points: Object.fromEntries(points),
    path: corners.flatMap((part) => part.slice(1).map((end, i) => [part[i].label, end.label])),
  };
}

function sampledJson({ qpts, distances, lines }: SampledPath) {
  const n = distances.length;
  return {
    qpts: Array.from(distances, (_, i) => [qpts[i], qpts[n + i], qpts[2 * n + i]]),
    distances: [...distances],
    lines,
  };
}

function latticeLines({ bravais, spaceGroup, primitiveCells, points }: LatticePath): string[] {
  return [
    `lattice  ${bravais}, space group ${spaceGroup.symbol} (${spaceGroup.number})`,
    ...(primitiveCells === 1
      ? []
      : [`cell     ${primitiveCells} primitive cells; labels are those of the primitive cell's zone`]),
    'points   r.l.u. of the cell in the file',
    ...[...points].map(
      ([label, q]) => `  ${label.padEnd(8)}${q.map((x) => ` ${x.toFixed(6).padStart(10)}`).join('')}`,
    ),
  ];
}

function pathLines(corners: Corners, { distances, lines }: SampledPath, zone?: number[]): string[] {
  const parts = corners.map((part) => part.map(({ label }) => label).join(' - '));
  const width = Math.max(...lines.flatMap(({ from, to }) => [from.length, to.length]));
  return [
    `path     ${parts.join(' | ')}${zone ? `, in the zone of ${zone.join(' ')}` : ''}`,
    ...lines.map(
      ({ from, to, first, last, length }) =>
        `  ${from.padEnd(width)}  ${to.padEnd(width)} ${length.toFixed(4).padStart(9)} 1/Å  q-points ${first} to ${last}`,
    ),
    `length   ${distances.at(-1)!.toFixed(4)} 1/Å, ${distances.length} q-points`,
  ];
}
