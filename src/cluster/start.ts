/** What a cluster begins with: a directory, keys, a port, and the files that say so. */
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { VERSION } from '../base/version.js';
import { ensurePrivateDirectory } from '../runtime/files.js';
import type { RuntimePaths } from '../runtime/paths.js';
import { findServer } from './engine.js';
import { checkClusterDirectory, writeClusterFile, writeGatewayFile, writeLauncherFile } from './files.js';
import { makeKeys } from './keys.js';
import type { LauncherName } from './launcher.js';

export interface ClusterOptions {
  directory: string;
  workers: number;
  threadsPerWorker: number;
  launcher: LauncherName;
  /** whether computers other than this one are to reach the engine */
  isOpen: boolean;
}

/** Throws `file_not_found` without nats-server, `runtime_directory` where files cannot be written. */
export async function prepareCluster(paths: RuntimePaths, options: ClusterOptions): Promise<void> {
  const { directory, workers, threadsPerWorker, launcher, isOpen } = options;
  findServer();
  ensurePrivateDirectory(paths.directory);
  ensurePrivateDirectory(directory);
  checkClusterDirectory(directory);
  const host = isOpen ? '0.0.0.0' : '127.0.0.1';
  const port = await freePort(host);
  const keys = await makeKeys();
  const { certificate, worker_seed } = keys;
  const urls = (isOpen ? ownAddresses() : [host]).map((address) => `tls://${address}:${port}`);
  writeLauncherFile(directory, { launcher, workers, threads_per_worker: threadsPerWorker, pids: [] });
  writeClusterFile(directory, { version: VERSION, urls, certificate, worker_seed });
  writeGatewayFile(paths, { connection: paths.connectionFile, directory, host, port, ...keys });
}

/** Those that others reach first; workers of this computer take the last. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const others = all.filter(({ family, internal }) => family === 'IPv4' && !internal);
  return [...others.map(({ address }) => address), '127.0.0.1'];
}

/** The engine has to come back under the same port, so that it is chosen once. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
