/** A Slurm of the tests' own: a controller and four nodes, all on this host, with their files in a folder. Needs root. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/daemon.js';

const PORT = 17_000;
const NODES = 4;

/** Why there can be none; undefined: there can. */
export function slurmMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'Slurm for tests needs root';
  const missing = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/sbin/munged'].filter(
    (path) => !existsSync(path),
  );
  return missing.length > 0 ? `${missing.join(', ')} missing: npm run setup -- slurm` : undefined;
}

export class SlurmSite {
  private readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-slurm-'));
  readonly conf = join(this.folder, 'slurm.conf');
  private ownsMunge = false;

  async start(): Promise<void> {
    this.startMunge();
    const host = hostname().split('.')[0];
    mkdirSync(join(this.folder, 'state'));
    const { folder } = this;
    const lines = {
      ClusterName: 'euphonic',
      SlurmctldHost: `${host}(127.0.0.1)`,
      SlurmUser: 'root',
      SlurmctldPort: PORT,
      ...{ ProctrackType: 'proctrack/linuxproc', TaskPlugin: 'task/none', MpiDefault: 'none' },
      ...{ SelectType: 'select/cons_tres', SelectTypeParameters: 'CR_CPU' },
      ...{ SlurmdParameters: 'config_overrides', ReturnToService: 2 },
      SchedulerParameters: 'sched_min_interval=100000,batch_sched_delay=0',
      ...{ StateSaveLocation: `${folder}/state`, SlurmdSpoolDir: `${folder}/spool.%n` },
      ...{ SlurmctldPidFile: `${folder}/controller.pid`, SlurmdPidFile: `${folder}/%n.pid` },
      ...{ SlurmctldLogFile: `${folder}/controller.log`, SlurmdLogFile: `${folder}/%n.log` },
      NodeName: `n[1-${NODES}] NodeHostname=${host} NodeAddr=127.0.0.1 Port=[${PORT + 1}-${PORT + NODES}] CPUs=4`,
      PartitionName: `work Nodes=n[1-${NODES}] Default=YES State=UP MaxTime=INFINITE`,
    };
    const text = Object.entries(lines).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(this.conf, text.join(''));
    this.run('slurmctld', '-c', '-i');
    for (let n = 1; n <= NODES; n++) this.run('slurmd', '-N', `n${n}`);
    const idle = () => this.run('sinfo', '-h', '-o', '%T %D').trim() === `idle ${NODES}`;
    await eventually(idle, 'all nodes are idle', 30_000);
  }

  run(program: string, ...args: string[]): string {
    return execFileSync(program, args, { env: { ...process.env, SLURM_CONF: this.conf }, encoding: 'utf8' });
  }

  /** Jobs that are there, one line each. */
  jobs(): string[] {
    return this.run('squeue', '-h', '-r', '-o', '%i %T').split('\n').filter(Boolean);
  }

  async stop(): Promise<void> {
    const files = readdirSync(this.folder).filter((name) => name.endsWith('.pid'));
    const paths = files.map((name) => join(this.folder, name));
    if (this.ownsMunge) paths.push('/run/munge/munged.pid');
    const pids = paths.map((path) => Number(readFileSync(path, 'utf8')));
    for (const pid of pids) kill(pid);
    await eventually(() => !pids.some(isAlive), 'Slurm has ended', 20_000);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private startMunge(): void {
    if (existsSync('/run/munge/munge.socket.2')) return;
    execFileSync('install', ['-d', '-o', 'munge', '-g', 'munge', '/run/munge']);
    execFileSync('runuser', ['-u', 'munge', '--', 'munged']);
    this.ownsMunge = true;
  }
}

function kill(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGTERM');
}

/** What has ended and was not waited for has no command line. */
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
