/** Where and when something was measured. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../src/base/version.js';
import { loadAddon } from '../../src/compute/local/addon.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Circumstances {
  date: string;
  /** of the last minute, when the measurement began: what else the machine did */
  loadAverage: number;
  machine: {
    processor: string;
    logicalProcessors: number;
    threads: number;
    threadsReason: string;
    simd: string;
    memoryGiB: number;
    system: string;
  };
  versions: Record<string, string>;
}

export function circumstances(): Circumstances {
  const addon = loadAddon();
  const { threads, reason } = addon.availableThreads();
  return {
    date: new Date().toISOString(),
    loadAverage: loadavg()[0],
    machine: {
      processor: cpus()[0]?.model.trim() ?? process.arch,
      logicalProcessors: cpus().length,
      threads,
      threadsReason: reason,
      simd: addon.simdTarget(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${process.platform} ${release()}`,
    },
    versions: { 'euphonic-bridge': `${VERSION} (${revision()})`, node: process.versions.node },
  };
}

/** For file names: the same machine gives the same name. */
export function machineName({ machine }: Circumstances): string {
  return `${machine.processor} ${machine.logicalProcessors} ${machine.simd}`
    .replace(/\((R|TM)\)/gi, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function revision(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'native', 'src') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'no git';
  }
}
