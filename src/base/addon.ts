/** The one place that loads the C++ addon; src/compute/local/native.ts says what it is. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from './errors.js';

const require = createRequire(import.meta.url);

/** Where `npm run build` puts it: the same place seen from src/base and from dist/base. */
const BUILT_PATH = fileURLToPath(new URL('../../build/addon/euphonic.node', import.meta.url));
/** The package of npm that has it, where this program was installed by npm. */
const PACKAGE = `@euphonic-bridge/${process.platform}-${process.arch}`;

export const ADDON_PATH = existsSync(BUILT_PATH) ? BUILT_PATH : installedPath();

function installedPath(): string {
  try {
    return require.resolve(`${PACKAGE}/euphonic.node`);
  } catch {
    return BUILT_PATH;
  }
}

let addon: object | undefined;

/** The addon, loaded on the first call. Throws `internal` where there is none for this platform. */
export function loadAddonFile(): object {
  if (addon) return addon;
  try {
    addon = require(ADDON_PATH) as object;
    return addon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EuphonicError(
      'internal',
      `The native addon cannot be loaded: ${reason}`,
      {
        where: ADDON_PATH,
        advice: `Build it with npm run build, or install it with npm install ${PACKAGE}.`,
      },
      { cause },
    );
  }
}
