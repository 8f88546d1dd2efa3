/** Paths through reciprocal space as messages carry them. */
import type { Crystal } from '../../models/crystal.js';
import { inAngstrom } from '../../models/units.js';
import { float64Frame } from '../../protocol/arrays.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import type { PathSummary } from '../../protocol/results.js';
import { type ChosenPath, cornersText } from '../../qpoints/paths/chosenPath.js';
import type { PathTexts } from './modelWorker.js';

export function wantedPath({ path, q, zone, q_spacing }: CheckedParams<'spectrum.path'>): PathTexts {
  return {
    ...(path !== undefined && { path }),
    ...(q !== undefined && { q }),
    ...(zone !== undefined && { zone }),
    ...(q_spacing !== undefined && { qSpacing: q_spacing }),
  };
}

export function inUnitsOfSpectra({ cellVectors, atomR, atomType }: Crystal): Omit<Crystal, 'atomMass'> {
  return { cellVectors: inAngstrom(cellVectors), atomR, atomType };
}

export function pathSummary({ lattice, corners, sampled, notes }: ChosenPath): PathSummary {
  return {
    bravais: lattice?.bravais ?? null,
    space_group: lattice?.spaceGroup ?? null,
    path: cornersText(corners),
    lines: sampled.lines.map(({ from, to, first, last }) => ({ from, to, first, last })),
    notes,
  };
}

export function framesOfPath({ sampled: { qpts, directions, distances } }: ChosenPath): ArrayFrame[] {
  const n = distances.length;
  return [
    float64Frame('qpts', [3, n], qpts),
    float64Frame('directions', [3, n], directions),
    float64Frame('distances', [n], distances),
  ];
}
