/** What makes workers of one version: results of others may differ. */
import { readFileSync } from 'node:fs';
import { VERSION } from '../base/version.js';
import { ADDON_PATH } from '../compute/local/addon.js';
import { digestOf } from './blobs.js';

export interface Build {
  version: string;
  /** SHA-256 of the addon */
  addon: string;
}

export const ownBuild = (): Build => ({ version: VERSION, addon: digestOf(readFileSync(ADDON_PATH)) });
