/** Windows: a user's folders are closed to others by access lists, which every file in them inherits. The addon reads them. */
import { lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { win32 } from 'node:path';
import { loadAddonFile } from '../base/addon.js';
import type { OperatingSystem } from './operatingSystem.js';

/** How long a file may be in use that is to be replaced or removed: a virus scanner looks at every new one. */
const BUSY_MS = 1000;
const BUSY_PAUSE_MS = 20;

export const windows: OperatingSystem = {
  hasLocalSockets: false,
  privacy: 'a folder of your own, such as those in %LOCALAPPDATA%',
  homes: 'LOCALAPPDATA or USERPROFILE',
  // of a console that is closed; nothing else sends SIGTERM than a process to itself
  endSignals: ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'],

  /** `%LOCALAPPDATA%\euphonic-bridge`, which stays on this computer where profiles roam. */
  defaultPlace(env) {
    const folder = localFolder(env);
    return folder === undefined ? undefined : { folder: win32.join(folder, 'euphonic-bridge'), local: true };
  },

  /** A folder that administrators alone may write to; `\etc` would be one that any user may make. */
  siteFile: (env) => win32.join(env.ProgramData || 'C:\\ProgramData', 'euphonic-bridge', 'config.yaml'),

  strangerOf: (path) => (accessOf(path).own ? undefined : 'another user'),

  modeOf(path) {
    const { othersRead, othersWrite } = accessOf(path);
    return 0o700 | (othersRead ? 0o044 : 0) | (othersWrite ? 0o022 : 0);
  },

  // as every shell takes it; the last three are everyone, those who are logged in, and users
  closeCommand: (directory) =>
    `icacls "${directory}" /inheritance:r /grant:r "${userInfo().username}:(OI)(CI)F" /remove:g *S-1-1-0 *S-1-5-11 *S-1-5-32-545`,

  openPrivate(path) {
    if (lstatSync(path).isSymbolicLink())
      throw Object.assign(new Error(`ELOOP: ${path} is a symbolic link`), { code: 'ELOOP' });
    return openSync(path, 'r');
  },

  replaceFile: (from, to) => patiently(() => renameSync(from, to)),

  removeFile: (path) => patiently(() => rmSync(path, { force: true })),

  openFilesLimit: () => 'unknown',

  endCommand: (pid) => `taskkill /F /PID ${pid}`,
};

interface FileAccess {
  /** whether it belongs to this user */
  own: boolean;
  /** whether groups that everybody is in may read it, or write to it */
  othersRead: boolean;
  othersWrite: boolean;
}

function accessOf(path: string): FileAccess {
  const { fileAccess } = loadAddonFile() as { fileAccess(path: string): FileAccess };
  try {
    return fileAccess(path);
  } catch (error) {
    // its owner may always ask
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return { own: false, othersRead: false, othersWrite: false };
  }
}

/** HOME is not looked at: shells from elsewhere set it to paths of their own making, /c/Users/… */
function localFolder(env: NodeJS.ProcessEnv): string | undefined {
  if (env.LOCALAPPDATA && win32.isAbsolute(env.LOCALAPPDATA)) return env.LOCALAPPDATA;
  let home = env.USERPROFILE ?? '';
  try {
    home ||= userInfo().homedir;
  } catch {
    // a service may have no profile
  }
  return win32.isAbsolute(home) ? win32.join(home, 'AppData', 'Local') : undefined;
}

/** Does what fails while another program has the file open, and gives up in the end. */
function patiently(action: () => void): void {
  for (let waited = 0; ; waited += BUSY_PAUSE_MS) {
    try {
      action();
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (waited >= BUSY_MS || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_PAUSE_MS);
  }
}
