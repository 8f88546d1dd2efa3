/** The one place that loads the C++ addon. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from '../../base/errors.js';
import type { NativeAddon } from './native.js';

/** Where `npm run build` puts it: the same place seen from src/compute and from dist/compute. */
export const ADDON_PATH = fileURLToPath(new URL('../../../build/addon/euphonic.node', import.meta.url));

let addon: NativeAddon | undefined;

/** The addon, loaded on the first call. Throws `internal` where it has not been built for this platform. */
export function loadAddon(): NativeAddon {
  if (addon) return addon;
  try {
    addon = createRequire(import.meta.url)(ADDON_PATH) as NativeAddon;
    return addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EuphonicError(
      'internal',
      `The native addon cannot be loaded: ${reason}`,
      { where: ADDON_PATH, advice: 'Build it with: npm run build' },
      { cause },
    );
  }
}
