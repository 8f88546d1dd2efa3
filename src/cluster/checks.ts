/** What `euphonicd doctor` looks at where a cluster has been started: each check says what it found, or throws. */
import { X509Certificate } from 'node:crypto';
import { EuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { RuntimePaths } from '../runtime/paths.js';
import { findServer } from './engine.js';
import { clusterPath, readClusterFile, readGatewayFile, readLauncherFile } from './files.js';
import { hasSlurm } from './slurm.js';

const AGAIN = 'End what is left of the cluster with euphonicd cluster stop, and start it again.';

/** None where there is no cluster. Throws `runtime_directory`, `file_damaged` for `gateway.json`. */
export function clusterChecks(paths: RuntimePaths): [string, () => string][] {
  const gateway = readGatewayFile(paths);
  if (!gateway) return [];
  const { directory, certificate, server } = gateway;
  const files = () => readClusterFile(clusterPath(directory));
  return [
    [
      'cluster files',
      () => {
        const { version, urls } = files();
        if (version === VERSION)
          return `in ${directory}, which others cannot enter; workers go to ${urls.join(', ')}`;
        throw wrong(`The cluster was started by version ${version}`, directory, `version ${VERSION}`, AGAIN);
      },
    ],
    [
      'cluster certificate',
      () => {
        const { validFrom, validTo, fingerprint256 } = new X509Certificate(certificate);
        const [begin, end, now] = [Date.parse(validFrom), Date.parse(validTo), Date.now()];
        const where = clusterPath(directory);
        if (files().certificate !== certificate)
          throw wrong('Workers have another certificate than the gateway', where, fingerprint256, AGAIN);
        if (begin <= now && now < end) return `valid until ${validTo}, the same for gateway and workers`;
        throw wrong(
          'The certificate is not valid now',
          where,
          `a time from ${validFrom} to ${validTo}`,
          'Set the clock.',
        );
      },
    ],
    ['cluster engine', () => (({ path, version }) => `${path}, version ${version}`)(findServer(server))],
    [
      'cluster scheduler',
      () => {
        const launcher = readLauncherFile(directory)?.launcher ?? 'none';
        if (launcher !== 'slurm' || hasSlurm()) return launcher;
        throw wrong(
          'sbatch does not run',
          'PATH',
          'Slurm, which has started the workers',
          'Load its module.',
        );
      },
    ],
  ];
}

const wrong = (message: string, where: string, expected: string, advice: string) =>
  new EuphonicError('file_damaged', `${message}.`, { where, expected, advice });
