/** `euphonicd path`: points of high symmetry, and q-points along the path through them or one of the user's own. */
import type { Corners } from '../../qpoints/paths/corners.js';
import type { LatticePath } from '../../qpoints/paths/latticePath.js';
import type { SampledPath } from '../../qpoints/paths/sample.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';
import { chosenPath } from './chosenPath.js';
import { withModel } from './session.js';

export async function path(
  model: string,
  flags: ModelFlags & PathFlags & { json?: boolean },
): Promise<number> {
  const { lattice, corners, sampled } = await withModel(model, flags, ({ crystal }) =>
    chosenPath(crystal, flags),
  );
  if (flags.json) {
    const wanted = flags.path ?? flags.q ?? flags.zone ?? flags.qSpacing;
    printJson({
      ...latticeJson(lattice),
      path: corners.flatMap((part) => part.slice(1).map((end, i) => [part[i].label, end.label])),
      ...(wanted !== undefined && sampledJson(sampled)),
    });
  } else {
    for (const line of [
      ...(lattice ? latticeLines(lattice) : []),
      ...pathLines(corners, sampled, flags.zone),
    ])
      print(line);
  }
  return EXIT_OK;
}

const latticeJson = (lattice: LatticePath | undefined) => ({
  bravais: lattice?.bravais ?? null,
  points: Object.fromEntries(lattice?.points ?? []),
});

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
