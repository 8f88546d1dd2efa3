/** What a cluster begins with: a directory, keys, a port, and the files that say so. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { EuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { ensurePrivateDirectory } from '../runtime/files.js';
import type { RuntimePaths } from '../runtime/paths.js';
import { findServer } from './engine.js';
import {
  checkClusterDirectory,
  clusterPath,
  inDirectory,
  type LauncherFile,
  otherCluster,
  ownFiles,
  removeClusterFiles,
  removeGatewayFile,
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

/** Throws `file_not_found` without nats-server, `runtime_directory` where files cannot be written, `invalid_argument` where another cluster has its own. */
export async function prepareCluster(paths: RuntimePaths, options: ClusterOptions): Promise<void> {
  const { directory, launch, isOpen, listen, server } = options;
  findServer(server);
  ensurePrivateDirectory(paths.directory);
  checkFree(paths, directory);
  inDirectory(() => {
    ensurePrivateDirectory(directory);
    checkClusterDirectory(directory);
  });
  const host = isOpen ? (listen ?? '0.0.0.0') : '127.0.0.1';
  const port = await freePort(host);
  const keys = await makeKeys();
  const { certificate, worker_seed } = keys;
  const urls = (host === '0.0.0.0' ? ownAddresses() : [host]).map((address) => `tls://${address}:${port}`);
  try {
    writeLauncherFile(directory, { ...launch, pids: [] });
    const { connectionFile: connection } = paths;
    writeClusterFile(directory, { version: VERSION, connection, urls, certificate, worker_seed });
    writeGatewayFile(paths, { connection: paths.connectionFile, directory, host, port, server, ...keys });
  } catch (error) {
    // no key stays of a cluster that does not begin
    removeGatewayFile(paths);
    removeClusterFiles(directory);
    throw error;
  }
}

/** A cluster's files would take the place of another's, whose workers could not come back. */
function checkFree(paths: RuntimePaths, directory: string): void {
  const other = otherCluster(paths);
  if (other !== undefined) {
    throw new EuphonicError('invalid_argument', `The cluster of ${other} has its keys in this folder.`, {
      where: paths.directory,
      expected: 'a connection file in a folder where no cluster has its own',
      advice: `Let EUPHONIC_CONNECTION name a file in another folder, or end that cluster: EUPHONIC_CONNECTION=${other} euphonicd cluster stop`,
    });
  }
  const file = clusterPath(directory);
  if (ownFiles(paths, directory).includes(paths.connectionFile)) {
    throw new EuphonicError(
      'invalid_argument',
      'The connection file would take the place of a file of the cluster.',
      {
        where: paths.connectionFile,
        expected: 'another name',
        advice: 'Let EUPHONIC_CONNECTION name a file connection.json, say.',
      },
    );
  }
  if (!existsSync(file)) return;
  throw new EuphonicError('invalid_argument', 'Another cluster has its files in this directory.', {
    where: file,
    expected: 'a directory without them',
    advice: 'Give another --directory; or stop that cluster, or, if it is no more, remove the file.',
  });
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
