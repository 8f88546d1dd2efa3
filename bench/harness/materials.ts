/** The crystals of the benchmarks: generated ones, or real files in their place. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { materials as generators } from '../../crystals/generate.js';
import { toJson } from '../../crystals/write.js';
import { type ForceConstants, modelId } from '../../src/models/forceConstants.js';
import { readForceConstants } from '../../test/support/readModel.js';
import type { Settings } from './settings.js';

export interface Material {
  name: string;
  /** what a table calls it */
  label: string;
  fc: ForceConstants;
  /** the real file it was read from; undefined: generated */
  file?: string;
}

const STUDY_MATERIALS = ['quartz', 'niobium', 'lanthanum-zirconate'];
export const MATERIALS = [
  ...STUDY_MATERIALS,
  'ammonium-sulphate-shaken',
  'ammonium-sulphate',
  'sodium-chloride',
];
/** Crystals of the same kind and growing size. */
export const GROWTH_MATERIALS = ['salt-60', 'salt-120', 'salt-200', 'salt-400'];

const LABELS: Readonly<Record<string, string>> = {
  quartz: 'α-quartz',
  niobium: 'Nb',
  'lanthanum-zirconate': 'La₂Zr₂O₇',
  'ammonium-sulphate-shaken': '(NH₄)₂SO₄-like, no inversion centre',
  'ammonium-sulphate': '(NH₄)₂SO₄-like, inversion centre',
  'sodium-chloride': 'NaCl',
  'salt-60': 'disordered salt, 60 atoms',
  'salt-120': 'disordered salt, 120 atoms',
  'salt-200': 'disordered salt, 200 atoms',
  'salt-400': 'disordered salt, 400 atoms',
  'salt-1300': 'disordered salt, 1,300 atoms',
};

export const materialLabel = (name: string) => LABELS[name] ?? name;

/** Where `--data` has a material. */
const REAL_FILES: Readonly<Record<string, string>> = {
  quartz: 'quartz/quartz.castep_bin',
  niobium: 'nb/Nb-242424-s0.25.castep_bin',
  'lanthanum-zirconate': 'lzo/LZO_force_constants.json',
  'sodium-chloride': 'nacl/NaCl_force_constants.json',
};

/** The materials of a run. Throws for a name that is not known. */
export async function loadMaterials(settings: Settings, usual: readonly string[]): Promise<Material[]> {
  const names = settings.materials ?? usual;
  const unknown = names.find((name) => !Object.hasOwn(generators, name));
  if (unknown !== undefined) {
    throw new Error(`There is no material '${unknown}'; there are ${Object.keys(generators).join(', ')}.`);
  }
  const loaded: Material[] = [];
  for (const name of names) loaded.push(await loadMaterial(name, settings.data));
  return loaded;
}

async function loadMaterial(name: string, data: string | undefined): Promise<Material> {
  const label = materialLabel(name);
  const real = REAL_FILES[name];
  if (data !== undefined && real !== undefined) {
    const file = join(data, real);
    return { name, label: `${label}, ${real}`, fc: (await readForceConstants(file)).fc, file };
  }
  return { name, label, fc: generators[name]() };
}

const FOLDER = fileURLToPath(new URL('../../build/bench/', import.meta.url));

/** The material as a file that this project and Euphonic read; written once for each content. */
export function materialFile({ name, fc }: Material): string {
  const path = join(FOLDER, `${name}-${modelId(fc).slice(0, 16)}.json`);
  if (!existsSync(path)) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(path, toJson(fc));
  }
  return path;
}
