/** Files that phonopy wrote, and what it gives for them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import type { Vector } from '../../src/models/lattice.js';
import { EV_PER_HARTREE } from '../../src/models/units.js';
import { dynamicalMatrix, frequencies } from './dynamicalMatrix.js';
import { eigenvalues } from './hermitian.js';

export const golden = fileURLToPath(new URL('../golden/phonopy/', import.meta.url));
export const expectedOf = (name: string) =>
  JSON.parse(readFileSync(join(golden, name, 'expected.json'), 'utf8'));

/** Frequencies in meV by plain sums; 1e-6 is what phonopy's constants allow. */
export function hasFrequencies(
  fc: ForceConstants,
  { qpts, frequencies: expected }: { qpts: Vector[]; frequencies: number[][] },
): void {
  const { born, dielectric, ...rest } = fc;
  qpts.forEach((q, i) => {
    const found = frequencies(eigenvalues(dynamicalMatrix(rest, q, 0))).map((w) => 1000 * EV_PER_HARTREE * w);
    found.forEach((w, k) => {
      assert.ok(
        Math.abs(w - expected[i][k]) < 2e-6 * Math.abs(expected[i][k]) + 1e-4,
        `${q} ${k}: ${w} ${expected[i][k]}`,
      );
    });
  });
}
