/** The compiled program. Tests that run it begin here: of an older state of src/ they would say nothing. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDistCurrent } from '../../scripts/lib/stamp.mjs';

if (!isDistCurrent()) throw new Error('dist/ is not what src/ compiles to: npm run build');

export const dist = fileURLToPath(new URL('../../dist', import.meta.url));
export const cliPath = join(dist, 'cli.js');
