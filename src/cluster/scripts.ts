/** What starts workers elsewhere: texts for schedulers that `cluster start` does not speak to itself, or for a shell. */
import { clusterPath, type LauncherFile } from './files.js';
import type { ScriptName } from './launcherNames.js';
import { workerArguments, workerCommand } from './program.js';
import { batchScript, sbatchOptions } from './slurm.js';

export function scriptFor(name: ScriptName, directory: string, file: LauncherFile): string {
  return SCRIPT_TEXTS[name](directory, file);
}

const SCRIPT_TEXTS: Record<ScriptName, (directory: string, file: LauncherFile) => string> = {
  slurm: (directory, file) => {
    const [first, ...rest] = batchScript(directory, file.threads_per_worker).split('\n');
    const options = sbatchOptions(directory, file, file.workers).map((option) => `#SBATCH ${option}`);
    return [first, '# Submit it with: sbatch FILE', ...options, ...rest].join('\n');
  },
  htcondor: (directory, { workers, threads_per_worker: threads }) => {
    const [program, ...args] = workerArguments(directory, threads);
    const quoted = args.map((arg) =>
      /[\s'"]/.test(arg) ? `'${arg.replace(/'/g, "''").replace(/"/g, '""')}'` : arg,
    );
    return [
      '# Submit it with: condor_submit FILE. The directory has to be seen by all nodes.',
      `executable = ${program}`,
      `arguments = "${quoted.join(' ')}"`,
      `request_cpus = ${threads}`,
      'should_transfer_files = no',
      'kill_sig = SIGTERM',
      'job_max_vacate_time = 60',
      `log = ${directory}/worker-condor.log`,
      `queue ${workers}`,
      '',
    ].join('\n');
  },
  kubernetes: (
    directory,
    { workers, threads_per_worker: threads },
  ) => `# Once: kubectl create secret generic euphonic-cluster --from-file=${clusterPath(directory)}
# Then: kubectl apply -f FILE, with an image that holds the same build of euphonicd. Pods have to reach the addresses in cluster.json.
apiVersion: batch/v1
kind: Job
metadata: { name: euphonic-workers }
spec:
  parallelism: ${workers}
  completions: ${workers}
  backoffLimit: 1000
  template:
    spec:
      restartPolicy: OnFailure
      terminationGracePeriodSeconds: 30
      containers:
        - name: worker
          image: IMAGE
          # a secret belongs to root and is a link: a worker takes only a file of its own user that nobody else reads
          command: [sh, -c, 'umask 077 && mkdir -p /tmp/euphonic && cat /secret/cluster.json >/tmp/euphonic/cluster.json && exec euphonicd worker /tmp/euphonic/cluster.json --threads ${threads}']
          resources: { requests: { cpu: ${threads} } }
          volumeMounts: [{ name: secret, mountPath: /secret, readOnly: true }]
      volumes: [{ name: secret, secret: { secretName: euphonic-cluster } }]
`,
  ssh: (directory, { threads_per_worker: threads }) => `#!/bin/sh
# sh FILE HOST ...: one worker on each; the directory and the program are seen under the same names there.
for host in "$@"; do
  ssh -f -o BatchMode=yes "$host" ${JSON.stringify(`exec ${workerCommand(directory, threads)} </dev/null >>${directory}/worker-$host.log 2>&1`)}
done
`,
};
