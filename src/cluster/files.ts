/** The files of a cluster: `gateway.json` beside the connection file, `cluster.json` and `launcher.json` in the cluster's directory. */
import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { EuphonicError } from '../base/errors.js';
import { checkPrivateDirectory, readPrivateFile, writePrivateFile } from '../runtime/files.js';
import type { RuntimePaths } from '../runtime/paths.js';
import { LAUNCHERS } from './launcherNames.js';

const integer = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const gatewaySchema = v.object({
  /** the connection file that it belongs to */
  connection: v.string(),
  directory: v.string(),
  /** where the engine listens */
  host: v.string(),
  port: integer,
  /** its program, where the site names one */
  server: v.optional(v.string()),
  certificate: v.string(),
  private_key: v.string(),
  /** seeds of the three nkeys */
  gateway_seed: v.string(),
  worker_seed: v.string(),
  system_seed: v.string(),
});

/** All that a gateway needs to come back as the one that its workers know. */
export type GatewayFile = v.InferOutput<typeof gatewaySchema>;

const clusterSchema = v.object({
  version: v.string(),
  /** that of the gateway, for a user who names this file in its place; older versions did not write it */
  connection: v.optional(v.string()),
  urls: v.array(v.string()),
  certificate: v.string(),
  worker_seed: v.string(),
});

/** All that a worker needs. */
type ClusterFile = v.InferOutput<typeof clusterSchema>;

const launcherSchema = v.object({
  launcher: v.picklist(LAUNCHERS),
  workers: integer,
  threads_per_worker: integer,
  /** of Slurm: where the jobs may run, for how long, and whatever else sbatch takes */
  partition: v.optional(v.string()),
  time_ms: v.optional(integer),
  options: v.array(v.string()),
  /** of processes of this computer */
  pids: v.array(integer),
});

/** What was asked for, and what was started for it. */
export type LauncherFile = v.InferOutput<typeof launcherSchema>;

const WORKERS_FILE = 'the file cluster.json in the directory that euphonicd cluster start has named';

/** No more is read. */
const MAX_FILE_BYTES = 2 ** 18;

const gatewayPath = (paths: RuntimePaths) => join(paths.directory, 'gateway.json');
export const clusterPath = (directory: string) => join(directory, 'cluster.json');
/** What the engine has for itself, keys of TLS among it. */
export const engineFolder = (directory: string) => join(directory, 'engine');
const launcherPath = (directory: string) => join(directory, 'launcher.json');

/** What a cluster writes beside its logs. */
export const ownFiles = (paths: RuntimePaths, directory: string) => [
  gatewayPath(paths),
  clusterPath(directory),
  launcherPath(directory),
];

/** The gateway that a daemon of this connection file is to be; undefined: an ordinary daemon. Throws `runtime_directory`, `file_damaged`. */
export function readGatewayFile(paths: RuntimePaths): GatewayFile | undefined {
  const file = readChecked(gatewaySchema, gatewayPath(paths));
  return file?.connection === paths.connectionFile ? file : undefined;
}

/** The connection file of the cluster that has `gateway.json` in this folder, if it is another's. */
export function otherCluster(paths: RuntimePaths): string | undefined {
  const connection = readChecked(gatewaySchema, gatewayPath(paths))?.connection;
  return connection === paths.connectionFile ? undefined : connection;
}

export function writeGatewayFile(paths: RuntimePaths, file: GatewayFile): void {
  writePrivateFile(gatewayPath(paths), textOf(file));
}

/** Its keys are worth nothing from here on. */
export function removeGatewayFile(paths: RuntimePaths): void {
  rmSync(gatewayPath(paths), { force: true });
}

/** Throws `file_not_found`, `runtime_directory`, `file_damaged`. */
export function readClusterFile(path: string): ClusterFile {
  const file = readChecked(clusterSchema, path, `Name ${WORKERS_FILE}.`);
  if (file) {
    checkClusterDirectory(dirname(path));
    return file;
  }
  throw new EuphonicError('file_not_found', 'There is no such cluster.', {
    where: path,
    expected: WORKERS_FILE,
  });
}

/** Nobody else has any right there. Throws `runtime_directory`. */
export function checkClusterDirectory(directory: string): void {
  checkPrivateDirectory(directory, 0o077);
}

export function writeClusterFile(directory: string, file: ClusterFile): void {
  inDirectory(() => writePrivateFile(clusterPath(directory), textOf(file)));
}

export function readLauncherFile(directory: string): LauncherFile | undefined {
  return readChecked(launcherSchema, launcherPath(directory));
}

export function writeLauncherFile(directory: string, file: LauncherFile): void {
  inDirectory(() => writePrivateFile(launcherPath(directory), textOf(file)));
}

/** And the directory, if nothing else is in it. */
export function removeClusterFiles(directory: string): void {
  rmSync(engineFolder(directory), { recursive: true, force: true });
  const ours = /^(cluster\.json|launcher\.json|gateway\.log(\.1)?|worker-[\w.-]+\.log)$/;
  for (const name of readdirSync(directory))
    if (ours.test(name)) rmSync(join(directory, name), { force: true });
  try {
    rmdirSync(directory);
  } catch {
    // files of the user are in it
  }
}

function readChecked<S extends v.GenericSchema>(
  schema: S,
  path: string,
  advice = 'If a cluster has left it, remove it; else let EUPHONIC_CONNECTION name a file in a folder of its own.',
): v.InferOutput<S> | undefined {
  const damaged = () =>
    new EuphonicError('file_damaged', `${path} does not describe a cluster.`, { where: path, advice });
  const text = readPrivateFile(path, MAX_FILE_BYTES, damaged);
  if (text === undefined) return undefined;
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw damaged();
  }
}

/** What is wrong with the directory is mended by naming another. */
export function inDirectory(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof EuphonicError) || error.advice?.startsWith('chmod')) throw error;
    const { code, message, where, expected } = error;
    const advice = 'Let --directory name a folder of your own, with room in it, that all workers see.';
    throw new EuphonicError(code, message, { where, expected, advice }, { cause: error });
  }
}

const textOf = (content: object) => `${JSON.stringify(content, null, 2)}\n`;
