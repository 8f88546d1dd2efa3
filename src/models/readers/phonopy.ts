/**
 * phonopy: a folder with a summary (phonopy.yaml) and, unless the summary holds them, force constants and Born charges in
 * files of their own. Its force constants are total ones: where there are Born charges the dipole part is taken out.
 */
import { join, resolve } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import { letGo } from '../../base/letGo.js';
import type { Crystal } from '../crystal.js';
import { makeForceConstants } from '../forceConstants.js';
import { toAtomicUnits } from '../units.js';
import { checkHdf5, Hdf5File, isHdf5 } from './hdf5.js';
import type { ModelFile } from './modelFile.js';
import { refuseOtherFile, START_BYTES } from './otherFiles.js';
import { type BornSymmetry, parseBorn } from './phonopyBorn.js';
import type { PhonopyForceConstants, PhonopyNac, PhonopySummary } from './phonopyData.js';
import { parseForceConstants, readForceConstantsHdf5 } from './phonopyForceConstants.js';
import { parseSummary } from './phonopySummary.js';
import { AtomMap } from './phonopySupercell.js';
import type { ByteSource, FileAccess } from './source.js';
import { uncompressed, whole, withoutMark } from './text.js';

/** Names of the parts, in the folder or absolute. What the summary holds itself comes first. */
export interface PhonopyNames {
  /** default phonopy.yaml */
  summaryName?: string;
  /** not read by default */
  bornName?: string;
  /** default FORCE_CONSTANTS, then force_constants.hdf5 */
  fcName?: string;
  /** default: found from the content */
  fcFormat?: 'phonopy' | 'hdf5';
}

export const SUMMARY_NAME = 'phonopy.yaml';
const FC_NAMES = ['FORCE_CONSTANTS', 'force_constants.hdf5'];

/** Units of the calculators, for summaries of versions that did not name them. */
const VASP_UNITS = { length: 'angstrom', forceConstants: 'eV/angstrom^2' };
const ATOMIC_UNITS = { length: 'au', forceConstants: 'hartree/au^2' };
const CALCULATOR_UNITS: Readonly<Record<string, { length: string; forceConstants: string }>> = {
  abacus: { length: 'au', forceConstants: 'eV/angstrom.au' },
  abinit: { length: 'au', forceConstants: 'eV/angstrom.au' },
  siesta: { length: 'au', forceConstants: 'eV/angstrom.au' },
  cp2k: { length: 'angstrom', forceConstants: 'hartree/angstrom.au' },
  qe: { length: 'au', forceConstants: 'Ry/au^2' },
  qlm: { length: 'au', forceConstants: 'Ry/au^2' },
  wien2k: { length: 'au', forceConstants: 'mRy/au^2' },
  dftbp: ATOMIC_UNITS,
  elk: ATOMIC_UNITS,
  exciting: ATOMIC_UNITS,
  fleur: ATOMIC_UNITS,
  octopus: ATOMIC_UNITS,
  turbomole: ATOMIC_UNITS,
};

/** Masses that differ by no more are rounded, amu. */
const SAME_MASS = 1e-3;
const OTHER_MASSES =
  'The masses in primitive_cell and in supercell differ: those in primitive_cell are taken.';

/** `summary` is the summary's content; `folder` is where the other parts are looked for. */
export async function readPhonopy(
  summary: ByteSource,
  folder: string,
  names: PhonopyNames,
  files: FileAccess,
): Promise<ModelFile> {
  const notes: string[] = [];
  const ofNac: string[] = [];
  const parsed = parseSummary(await whole(summary), summary.name, ofNac);
  const units = unitsOf(parsed, summary.name, notes);
  const { primitive, supercell } = parsed;
  const crystal: Crystal = {
    cellVectors: primitive.lattice.map((x) => x * units.length),
    atomR: primitive.positions,
    atomType: primitive.symbols,
    atomMass: primitive.masses.map((mass) => mass * toAtomicUnits('AMU', 'mass')),
  };
  const find = () => findForceConstants(parsed, summary.name, folder, names, files);
  const { map, sorted } = await sortedForceConstants(parsed, summary.name, units, find);
  const masses = map.massesOfPrimitive(supercell);
  if (!masses?.every((mass, i) => Math.abs(mass - primitive.masses[i]) < SAME_MASS)) notes.push(OTHER_MASSES);
  const symmetry = { moments: primitive.moments, tolerance: parsed.symmetryTolerance, length: units.length };
  const nac = parsed.nac ?? (await findBorn(crystal, symmetry, folder, names, notes, files));
  // what the summary lacks BORN may have
  if (parsed.nac || !nac) notes.push(...ofNac);
  const total = {
    crystal,
    ...sorted,
    ...(nac && polar(nac, units)),
  };
  const content = makeForceConstants(total, summary.name, 'file_damaged');
  const source = `${summary.name} (phonopy${parsed.version ? ` ${parsed.version}` : ''})`;
  return { content, isTotal: true, source, notes };
}

/** In atomic units. What was found, which is as large, is let go of: `parsed` has no force constants then. */
async function sortedForceConstants(
  parsed: PhonopySummary,
  summary: string,
  units: Units,
  find: () => Promise<{ fc: PhonopyForceConstants; name: string }>,
) {
  const { fc, name } = await find();
  const unit = fc.unit === undefined ? units.forceConstants : forceConstantsUnit(fc.unit, name);
  const map = new AtomMap(parsed.primitive, parsed.supercell, summary, parsed.symmetryTolerance);
  const sorted = map.sort(fc, name);
  parsed.forceConstants = undefined;
  letGo(fc.elements);
  const { forceConstants } = sorted;
  for (let k = 0; k < forceConstants.length; k++) forceConstants[k] *= unit;
  return { map, sorted };
}

/** Atomic units in one of the file's units. */
interface Units {
  length: number;
  forceConstants: number;
}

function unitsOf({ units, calculator }: PhonopySummary, name: string, notes: string[]): Units {
  const assumed = CALCULATOR_UNITS[calculator ?? ''] ?? VASP_UNITS;
  const { length = assumed.length, forceConstants = assumed.forceConstants } = units;
  if (units.length === undefined || units.forceConstants === undefined) {
    const of = calculator === undefined ? '' : ` of ${calculator}`;
    notes.push(`The file does not name its units: ${length} and ${forceConstants}${of} are assumed.`);
  }
  return {
    length: toAtomicUnits(length, 'length', `${name}, physical_unit.length`),
    forceConstants: forceConstantsUnit(forceConstants, `${name}, physical_unit.force_constants`),
  };
}

/** phonopy writes a product in a denominator with a dot: eV/angstrom.au. */
function forceConstantsUnit(unit: string, where: string): number {
  return toAtomicUnits(unit.replace('.', '/'), 'force constant', where);
}

/**
 * phonopy's first index of a Born charge is the electric field, the second the displacement; a model has them the other way
 * round. The factor is e²/4πε₀ in the file's units, 1 in atomic units; one that is not quite that counts as part of 1/ε.
 */
function polar({ born, dielectric, factor }: PhonopyNac, { length, forceConstants }: Units) {
  const scale = factor === undefined ? 1 : factor * forceConstants * length ** 3;
  return {
    born: born.map((_, k) => born[k - (k % 9) + 3 * (k % 3) + Math.floor((k % 9) / 3)]),
    dielectric: dielectric.map((x) => x / scale),
  };
}

async function findForceConstants(
  { forceConstants, supercell }: PhonopySummary,
  summary: string,
  folder: string,
  { fcName, fcFormat }: PhonopyNames,
  files: FileAccess,
): Promise<{ fc: PhonopyForceConstants; name: string }> {
  if (forceConstants) return { fc: forceConstants, name: summary };
  const path = await forceConstantsFile(folder, fcName, files);
  if (path !== undefined) {
    return { fc: await readSeparate(files, path, supercell.symbols.length, fcFormat), name: path };
  }
  const names = FC_NAMES.map((name) => resolve(folder, name));
  throw new EuphonicError('no_force_constants', `${summary} has no force constants.`, {
    where: summary,
    expected: `force_constants in it, or a file ${names.join(' or ')}`,
    advice: 'Run phonopy with --writefc or --include-fc, or name the file with fc_name.',
  });
}

/** The one that is named, or the first of the usual ones that is there. */
async function forceConstantsFile(
  folder: string,
  fcName: string | undefined,
  files: FileAccess,
): Promise<string | undefined> {
  if (fcName !== undefined) return resolve(folder, fcName);
  for (const name of FC_NAMES) {
    const path = resolve(folder, name);
    if (await files.isFile(path)) return path;
  }
  return undefined;
}

/** Files that are read beside the summary where it does not hold what is in them. */
export async function otherParts(folder: string, names: PhonopyNames, files: FileAccess): Promise<string[]> {
  const { bornName, fcName } = names;
  const born = bornName === undefined ? undefined : resolve(folder, bornName);
  const parts = [await forceConstantsFile(folder, fcName, files), born];
  return parts.filter((path) => path !== undefined);
}

async function readSeparate(
  files: FileAccess,
  path: string,
  count: number,
  format?: 'phonopy' | 'hdf5',
): Promise<PhonopyForceConstants> {
  const file = await files.open(path);
  try {
    const start = await file.read(0, Math.min(8, file.size));
    if (format === 'hdf5' || (format === undefined && isHdf5(start))) {
      checkHdf5(start, path);
      const hdf5 = new Hdf5File(path);
      return await readForceConstantsHdf5(hdf5, count).finally(() => hdf5.close());
    }
    const bytes = withoutMark(await whole(await uncompressed(file)));
    refuseOtherFile(bytes.subarray(0, START_BYTES), path, 'FORCE_CONSTANTS');
    return parseForceConstants(bytes, path);
  } finally {
    await file.close();
  }
}

async function findBorn(
  crystal: Crystal,
  symmetry: BornSymmetry,
  folder: string,
  { bornName }: PhonopyNames,
  notes: string[],
  files: FileAccess,
) {
  if (bornName === undefined) {
    if (await files.isFile(join(folder, 'BORN'))) {
      notes.push('There is a file BORN, which is read only if it is named (born_name).');
    }
    return undefined;
  }
  const path = resolve(folder, bornName);
  const file = await files.open(path);
  try {
    const bytes = await whole(await uncompressed(file));
    refuseOtherFile(bytes.subarray(0, START_BYTES), path, 'BORN');
    return await parseBorn(bytes.toString('utf8'), crystal, symmetry, path);
  } finally {
    await file.close();
  }
}
