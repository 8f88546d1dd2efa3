/** The operating system that this is: the one place where it is asked. */
import type { OperatingSystem } from './operatingSystem.js';
import { posix } from './posix.js';
import { windows } from './windows.js';

export const system: OperatingSystem = process.platform === 'win32' ? windows : posix;
