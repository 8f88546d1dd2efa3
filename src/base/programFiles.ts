/** Whether the files of this program are still those that it was started from: another version may have taken their place. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from './errors.js';

/** dist/; src/ where that runs as it is, in which nothing is looked at. */
const folder = fileURLToPath(new URL('..', import.meta.url));

const stateAtStart = state();

/**
 * To be asked before a thread is started: it runs what lies there now, and does not understand messages of another version.
 * Throws `internal`.
 */
export function checkProgramFiles(): void {
  if (state() === stateAtStart) return;
  throw new EuphonicError('internal', 'The files of this program have changed since it was started.', {
    where: folder,
    expected: 'the files that it was started from',
    advice:
      'Start the daemon again: euphonicd stop, then euphonicd start; in MATLAB euphonic.stop, then euphonic.start.',
  });
}

/** Names, sizes and times of all files that Node.js runs. */
function state(): string {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.js'))
      .sort()
      .map((name) => {
        const { size, mtimeMs } = statSync(join(folder, name));
        return `${name} ${size} ${mtimeMs}`;
      })
      .join('\n');
  } catch {
    return 'some are missing';
  }
}
