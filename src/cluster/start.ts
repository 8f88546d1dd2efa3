/** What a cluster begins with: a directory, keys, a port, and the files that say so. */
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { VERSION } from '../base/version.js';
import { ensurePrivateDirectory } from '../runtime/files.js';
import type { RuntimePaths } from '../runtime/paths.js';
import { findServer } from './engine.js';
import {
  checkClusterDirectory,
  type LauncherFile,
  writeClusterFile,
  writeGatewayFile,
  writeLauncherFile,
} from './files.js';
import { makeKeys } from './keys.js';

export interface ClusterOptions {
  directory: string;
  launch: Omit<LauncherFile, 'pids'>;
  /** whether computers other than this one are to reach the engine */
  isOpen: boolean;
  /** the one address for that; undefined: all */
  listen: string | undefined;
  /** the engine's program, where the site names it */
  server: string | undefined;
}

/** Throws `file_not_found` without nats-server, `runtime_directory` where files cannot be written. */
export async function prepareCluster(paths: RuntimePaths, options: ClusterOptions): Promise<void> {
  const { directory, launch, isOpen, listen, server } = options;
  findServer(server);
  ensurePrivateDirectory(paths.directory);
  ensurePrivateDirectory(directory);
  checkClusterDirectory(directory);
  const host = isOpen ? (listen ?? '0.0.0.0') : '127.0.0.1';
  const port = await freePort(host);
  const keys = await makeKeys();
  const { certificate, worker_seed } = keys;
  const urls = (host === '0.0.0.0' ? ownAddresses() : [host]).map((address) => `tls://${address}:${port}`);
  writeLauncherFile(directory, { ...launch, pids: [] });
  writeClusterFile(directory, { version: VERSION, urls, certificate, worker_seed });
  writeGatewayFile(paths, { connection: paths.connectionFile, directory, host, port, server, ...keys });
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
