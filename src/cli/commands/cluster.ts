/** `euphonicd cluster` and `euphonicd worker`: a daemon whose calculations are done by workers. */
import { join, resolve } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import { ensureDaemon, findDaemon, stopDaemon } from '../../client/launcher.js';
import { RequestSocket } from '../../client/requestSocket.js';
import {
  type GatewayFile,
  readGatewayFile,
  readLauncherFile,
  removeClusterFiles,
  removeGatewayFile,
} from '../../cluster/files.js';
import { defaultLauncher, launcherOf } from '../../cluster/launcher.js';
import type { LauncherName, ScriptName } from '../../cluster/launcherNames.js';
import { scriptFor } from '../../cluster/scripts.js';
import { checkSiteRules, type SiteRules } from '../../cluster/siteRules.js';
import { hasSlurm } from '../../cluster/slurm.js';
import { readSiteConfig } from '../../daemon/limits/siteConfig.js';
import type { ClusterStatus } from '../../protocol/results.js';
import { type RuntimePaths, runtimePaths } from '../../runtime/paths.js';
import { EXIT_NOT_RUNNING, EXIT_OK } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';

export interface ClusterStartOptions {
  workers: number;
  launcher?: LauncherName;
  threadsPerWorker: number;
  partition?: string;
  /** milliseconds */
  time?: number;
  option: string[];
  directory?: string;
  json?: boolean;
}

export async function clusterStart(options: ClusterStartOptions): Promise<number> {
  const paths = runtimePaths();
  await checkNothingThere(paths);
  const { workers, launcher = defaultLauncher() } = options;
  if (launcher === 'slurm' && !hasSlurm()) {
    throw new EuphonicError('invalid_argument', 'Slurm is not on this computer: sbatch does not run.', {
      where: 'PATH',
      expected: 'sbatch, which --launcher slurm needs',
      advice: "Load Slurm's module, or choose --launcher local, or none and start workers by hand.",
    });
  }
  const site = siteRules(workers);
  const directory = resolve(options.directory ?? join(paths.directory, `${paths.stem}-cluster`));
  const isOpen = mayListen(launcher);
  const partition = options.partition ?? site.partition;
  const time = options.time ?? Number.POSITIVE_INFINITY;
  const { prepareCluster } = await import('../../cluster/start.js');
  await prepareCluster(paths, {
    directory,
    isOpen,
    listen: site.listen,
    server: site.nats_server,
    launch: {
      ...{ launcher, workers, threads_per_worker: options.threadsPerWorker },
      ...(partition !== undefined && { partition }),
      ...(Number.isFinite(time) && { time_ms: time }),
      options: [...site.slurm_options, ...options.option],
    },
  });
  try {
    const { address } = await ensureDaemon({ paths });
    await launcherOf(directory).scale(workers);
    if (options.json) {
      printJson({ directory, connection: paths.connectionFile, pid: address.pid, workers, launcher });
    } else {
      print(`The gateway has been started (pid ${address.pid}); ${workers} workers are to come.`);
      print(`Others are started by: euphonicd worker ${join(directory, 'cluster.json')}`);
    }
    return EXIT_OK;
  } catch (error) {
    await end(paths, directory).catch(() => {});
    throw error;
  }
}

export async function clusterStatus(options: { json?: boolean }): Promise<number> {
  const paths = runtimePaths();
  const gateway = readGatewayFile(paths);
  const cluster = gateway && (await askGateway(paths));
  if (!gateway || !cluster) {
    if (options.json) printJson({ running: false, connection: paths.connectionFile });
    else print(nothingThere(paths));
    return EXIT_NOT_RUNNING;
  }
  const { directory } = gateway;
  const asked = readLauncherFile(directory)?.workers ?? 0;
  const launched = launcherOf(directory).describe?.();
  if (options.json) {
    printJson({ ...cluster, directory, connection: paths.connectionFile, asked, launched: launched ?? null });
  } else for (const line of describe(cluster, asked, launched)) print(line);
  return EXIT_OK;
}

export async function clusterScale(workers: number): Promise<number> {
  siteRules(workers);
  const { directory } = theCluster(runtimePaths());
  await launcherOf(directory).scale(workers);
  print(`${workers} workers were asked for.`);
  return EXIT_OK;
}

export async function clusterScript(name: ScriptName): Promise<number> {
  const { directory } = theCluster(runtimePaths());
  print(scriptFor(name, directory, readLauncherFile(directory)!).trimEnd());
  return EXIT_OK;
}

export async function clusterStop(): Promise<number> {
  const paths = runtimePaths();
  const gateway = readGatewayFile(paths);
  if (!gateway) {
    print(nothingThere(paths));
    return EXIT_OK;
  }
  await end(paths, gateway.directory);
  print('The cluster has been stopped.');
  return EXIT_OK;
}

export async function worker(file: string, options: { threads?: number }): Promise<number> {
  const { superviseWorker } = await import('../../cluster/worker.js');
  return superviseWorker(resolve(file), options);
}

/** Gateway, engine and workers, then what they have left. A gateway that finds no file tells all workers to end. */
async function end(paths: RuntimePaths, directory: string): Promise<void> {
  removeGatewayFile(paths);
  try {
    await stopDaemon(paths);
  } finally {
    try {
      await launcherOf(directory).stop();
    } finally {
      // workers that were not told to end do so without these
      removeClusterFiles(directory);
    }
  }
}

async function checkNothingThere(paths: RuntimePaths): Promise<void> {
  const daemon = await findDaemon(paths);
  if (!daemon && !readGatewayFile(paths)) return;
  const what = readGatewayFile(paths) ? 'A cluster' : 'A daemon';
  throw new EuphonicError('invalid_argument', `${what} is there already.`, {
    where: paths.connectionFile,
    expected: 'none, since the gateway of a cluster takes its place',
    advice: `Stop it first: euphonicd ${readGatewayFile(paths) ? 'cluster stop' : 'stop'}`,
  });
}

function siteRules(workers: number): SiteRules {
  const { cluster, path } = readSiteConfig(process.env);
  return checkSiteRules(cluster, path, workers);
}

/** Whether other computers are to reach the engine. Throws where the site does not allow what is needed. */
function mayListen(launcher: LauncherName): boolean {
  const { tcp, path } = readSiteConfig(process.env);
  const needed = launcher === 'slurm' ? ['any'] : ['loopback', 'any'];
  if (needed.includes(tcp)) return launcher !== 'local' && tcp === 'any';
  throw new EuphonicError(
    'invalid_argument',
    `The site allows to listen ${tcp === 'none' ? 'nowhere' : 'at the loopback alone'}.`,
    {
      where: path,
      expected: `tcp: ${needed.join(' or ')}, which this cluster needs`,
      advice: "Ask this computer's administrator.",
    },
  );
}

export function theCluster(paths: RuntimePaths): GatewayFile {
  const gateway = readGatewayFile(paths);
  if (gateway) return gateway;
  throw noCluster(paths);
}

const noCluster = (paths = runtimePaths()): EuphonicError =>
  new EuphonicError('no_daemon', nothingThere(paths), { advice: 'Start it: euphonicd cluster start' });

const nothingThere = ({ connectionFile }: RuntimePaths) =>
  `No cluster has been started (connection file ${connectionFile}).`;

async function askGateway(paths: RuntimePaths): Promise<ClusterStatus | null> {
  const address = await findDaemon(paths);
  if (!address) return null;
  const socket = new RequestSocket(address, address.control);
  try {
    return (await socket.request('status', {})).result.cluster;
  } finally {
    socket.close();
  }
}

function describe(
  { directory, engine, workers, ledger }: ClusterStatus,
  asked: number,
  launched = '',
): string[] {
  return [
    `directory  ${directory}`,
    `engine     version ${engine.version}, pid ${engine.pid}, started again ${engine.restarts} times`,
    `workers    ${workers.length} of ${asked}${workers.length > 0 ? '' : ', so that the gateway calculates by itself'}${launched && `; ${launched}`}`,
    ...workers.map(
      ({ worker: name, host, job, threads, state, points_per_s }) =>
        `           ${name} on ${host}${job ? `, job ${job}` : ''}: ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${state}, ${points_per_s.toFixed(0)} q-points/s`,
    ),
    `chunks     ${Object.entries(ledger)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  ];
}
