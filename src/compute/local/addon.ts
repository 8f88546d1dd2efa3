import { loadAddonFile } from '../../base/addon.js';
import type { NativeAddon } from './native.js';

export { ADDON_PATH } from '../../base/addon.js';

/** The addon, with its types. Throws `internal` where there is none for this platform. */
export const loadAddon = () => loadAddonFile() as NativeAddon;
