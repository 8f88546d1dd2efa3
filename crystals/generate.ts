/** Writes a generated material: `npx tsx crystals/generate.ts NAME OUT.json.gz` (or OUT.json, not compressed). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForceConstants } from '../src/models/forceConstants.js';
import { ammoniumSulphate } from './ammoniumSulphate.js';
import { disorderedSalt } from './disorderedSalt.js';
import { lanthanumZirconate } from './lanthanumZirconate.js';
import { niobium } from './niobium.js';
import { quartz } from './quartz.js';
import { sodiumChloride } from './sodiumChloride.js';
import { toGzippedJson, toJson } from './write.js';

/** Every material by its name; each call makes the same numbers. */
export const materials: Readonly<Record<string, () => ForceConstants>> = {
  quartz,
  niobium,
  'lanthanum-zirconate': lanthanumZirconate,
  'sodium-chloride': sodiumChloride,
  'ammonium-sulphate': () => ammoniumSulphate({ inversionCentre: true }),
  'ammonium-sulphate-shaken': () => ammoniumSulphate({ inversionCentre: false }),
  'salt-60': () => disorderedSalt([5, 4, 3]),
  'salt-120': () => disorderedSalt([6, 5, 4]),
  'salt-200': () => disorderedSalt([10, 5, 4]),
  'salt-400': () => disorderedSalt([10, 8, 5]),
  'salt-1300': () => disorderedSalt([13, 10, 10], 1),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, path] = process.argv.slice(2);
  if (name === undefined || path === undefined || !Object.hasOwn(materials, name)) {
    console.error(`usage: npx tsx crystals/generate.ts ${Object.keys(materials).join('|')} OUT.json.gz`);
    process.exit(2);
  }
  const fc = materials[name]();
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, path.endsWith('.gz') ? toGzippedJson(fc) : toJson(fc));
  console.log(`${name}: ${fc.nAtoms} atoms, ${fc.nCells} cells -> ${path}`);
}
