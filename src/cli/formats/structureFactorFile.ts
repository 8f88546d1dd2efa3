/** Euphonic's JSON form of a structure factor, written row by row so that any number of q-points fits. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { VERSION } from '../../base/version.js';
import type { Evaluation } from '../../client/evaluation.js';
import { outputFailure } from './outputFile.js';

export interface CrystalData {
  /** [3,3] Å */
  cellVectors: Float64Array;
  /** [n,3] fractional */
  atomR: Float64Array;
  atomType: string[];
  /** [n] amu */
  atomMass: Float64Array;
}

/** A key with its value, or with a generator of the items of an array. */
type Part = [key: string, value: unknown | (() => Generator<unknown>)];

/** Text that is gathered before it is written. */
const BLOCK_CHARACTERS = 2 ** 20;

/**
 * Writes frequencies (meV) and structure factors (mbarn) with one row for each q-point. Euphonic's form has one
 * intensity for each mode: those at negative energies have a key of their own, `structure_factors_negative_e`.
 * Throws `file_unreadable` where the file cannot be written.
 */
export async function writeStructureFactor(
  path: string,
  crystal: CrystalData,
  qpts: Float64Array,
  evaluation: Evaluation,
  temperature: number | null,
): Promise<void> {
  const { nPoints, nModes, nSurfaces, frequencies } = evaluation;
  const structureFactors = evaluation.structureFactors!;
  const rows = (columns: number, value: (column: number, i: number) => number) =>
    function* () {
      for (let i = 0; i < nPoints; i++)
        yield Array.from({ length: columns }, (_, column) => value(column, i));
    };
  const weight = 1 / nPoints;
  const parts: Part[] = [
    ['__euphonic_class__', 'StructureFactor'],
    ['__euphonic_version__', `euphonic-bridge ${VERSION}`],
    ['crystal', crystalJson(crystal)],
    ['n_qpts', nPoints],
    ['qpts', rows(3, (axis, i) => qpts[axis * nPoints + i])],
    ['frequencies', rows(nModes, (mode, i) => frequencies[mode * nPoints + i])],
    ['frequencies_unit', 'millielectron_volt'],
    ['structure_factors', rows(nModes, (mode, i) => structureFactors[mode * nPoints + i])],
    ...(nSurfaces === nModes
      ? []
      : ([
          [
            'structure_factors_negative_e',
            rows(nModes, (mode, i) => structureFactors[(nModes + mode) * nPoints + i]),
          ],
        ] as Part[])),
    ['structure_factors_unit', 'millibarn'],
    [
      'weights',
      function* () {
        for (let i = 0; i < nPoints; i++) yield weight;
      },
    ],
    ...(temperature === null
      ? []
      : ([
          ['temperature', temperature],
          ['temperature_unit', 'kelvin'],
        ] as Part[])),
  ];
  const stream = createWriteStream(path, 'utf8');
  const done = finished(stream);
  // the first failure is reported below, where the whole is awaited
  done.catch(() => {});
  try {
    for (const block of blocks(parts)) {
      if (!stream.write(block)) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
  } catch (error) {
    throw outputFailure(path, error);
  }
}

function crystalJson(crystal: CrystalData): unknown {
  const rows = (array: Float64Array) =>
    Array.from({ length: array.length / 3 }, (_, i) => [...array.subarray(3 * i, 3 * i + 3)]);
  return {
    cell_vectors: rows(crystal.cellVectors),
    cell_vectors_unit: 'angstrom',
    n_atoms: crystal.atomType.length,
    atom_r: rows(crystal.atomR),
    atom_type: crystal.atomType,
    atom_mass: [...crystal.atomMass],
    atom_mass_unit: 'unified_atomic_mass_unit',
  };
}

/** The JSON text of an object, in blocks; generators become arrays. */
function* blocks(parts: Part[]): Generator<string> {
  let block = '{';
  for (const [p, [key, value]] of parts.entries()) {
    block += `${p === 0 ? '' : ','}\n${JSON.stringify(key)}: `;
    if (typeof value !== 'function') {
      block += JSON.stringify(value);
      continue;
    }
    let separator = '[';
    for (const row of value() as Generator<unknown>) {
      block += separator + JSON.stringify(row);
      separator = ',\n';
      if (block.length < BLOCK_CHARACTERS) continue;
      yield block;
      block = '';
    }
    block += ']';
  }
  yield `${block}\n}\n`;
}
