/** Linux and macOS. */
import { constants, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { OperatingSystem } from './operatingSystem.js';

export const posix: OperatingSystem = {
  hasLocalSockets: true,
  privacy: 'a directory of your own with mode 0700, and files of mode 0600 in it',
  homes: 'HOME or XDG_RUNTIME_DIR, or a home directory in the list of users',
  endSignals: ['SIGTERM', 'SIGINT', 'SIGHUP'],

  /** `$XDG_RUNTIME_DIR/euphonic`, else `~/.cache/euphonic-bridge/<host>`. */
  defaultPlace(env) {
    // the XDG specification has a relative path ignored
    if (env.XDG_RUNTIME_DIR && isAbsolute(env.XDG_RUNTIME_DIR))
      return { folder: join(env.XDG_RUNTIME_DIR, 'euphonic'), local: true };
    const home = homeDirectory(env);
    return home === undefined
      ? undefined
      : { folder: join(home, '.cache', 'euphonic-bridge', hostname()), local: false };
  },

  siteFile: () => '/etc/euphonic-bridge.yaml',

  strangerOf(_path, { uid }) {
    const own = process.getuid?.();
    return own !== undefined && uid !== own ? `user ${uid}, not to ${own}` : undefined;
  },

  modeOf: (_path, { mode }) => mode & 0o7777,

  closeCommand: (directory) => `chmod 700 ${directory}`,

  openPrivate: (path) =>
    // not to wait for the other end of a pipe that somebody put there
    openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),

  replaceFile: renameSync,

  removeFile: (path) => rmSync(path, { force: true }),

  openFilesLimit() {
    try {
      const limits = readFileSync('/proc/self/limits', 'utf8');
      return /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits)?.[1] ?? 'unknown';
    } catch {
      return 'unknown';
    }
  },

  endCommand: (pid, hard) => `kill ${hard ? '-9 ' : ''}${pid}`,
};

/** HOME where it is an absolute path, else what the system knows of the user. */
function homeDirectory(env: NodeJS.ProcessEnv): string | undefined {
  if (env.HOME && isAbsolute(env.HOME)) return env.HOME;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    // containers may run under a number that belongs to no user
    return undefined;
  }
}
