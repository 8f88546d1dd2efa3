/** What starts workers elsewhere, and what a site says about clusters. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { LauncherFile } from '../../src/cluster/files.js';
import { scriptFor } from '../../src/cluster/scripts.js';
import { checkSiteRules } from '../../src/cluster/siteRules.js';

const FILE: LauncherFile = {
  launcher: 'none',
  workers: 3,
  threads_per_worker: 4,
  partition: 'work',
  time_ms: 5_400_000,
  options: ['--account=scatter'],
  pids: [],
};

describe('scripts of a cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), "euphonic it's "));
  after(() => rmSync(folder, { recursive: true }));

  /** A program that writes down what it was called with, one argument a line. */
  function pretend(name: string): void {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" >>"$(dirname "$0")/${name}.called"\n`);
    chmodSync(path, 0o755);
  }

  it('by ssh start one worker on each host, whatever the folder is called', () => {
    pretend('ssh');
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    execFileSync('sh', ['-s', 'node1', 'node2'], { input: scriptFor('ssh', folder, FILE), env });
    const called = readFileSync(join(folder, 'ssh.called'), 'utf8').trim().split('\n');
    assert.deepEqual(
      called.filter((word) => word.startsWith('node')),
      ['node1', 'node2'],
    );
    // what ssh is given is a command of the shell there
    const command = called.find((word) => word.startsWith('exec '))!;
    const echoed = command.replace(/^exec /, "printf '%s\\n' ").replace(/<\/dev\/null.*$/, '');
    const args = execFileSync('sh', ['-c', echoed], { encoding: 'utf8' }).trim().split('\n');
    assert.deepEqual(args.slice(2), ['worker', join(folder, 'cluster.json'), '--threads', '4']);
    assert.match(command, />>'.*node1\.log' 2>&1$|>>.*worker-node1\.log/);
  });

  it('of Slurm carry what was asked for, and become the worker', () => {
    const script = scriptFor('slurm', folder, FILE);
    for (const option of [
      '--array=1-3',
      '--cpus-per-task=4',
      '--partition=work',
      '--time=90',
      '--account=scatter',
      '--requeue',
    ])
      assert.match(script, new RegExp(`^#SBATCH ${option}$`, 'm'));
    assert.match(script, /^exec .* worker /m);
    execFileSync('sh', ['-n'], { input: script });
  });

  it('of Kubernetes are YAML with as many workers', () => {
    const { spec } = loadAll(scriptFor('kubernetes', folder, FILE))[0] as { spec: { parallelism: number } };
    assert.equal(spec.parallelism, 3);
  });

  it('of HTCondor queue as many workers', () => {
    assert.match(
      scriptFor('htcondor', '/shared/cluster', FILE),
      /^arguments = ".*cluster\.json --threads 4"\n(.*\n)*queue 3$/m,
    );
  });
});

describe("a site's rules for clusters", () => {
  const check = (content: unknown, workers = 5) => checkSiteRules(content, '/etc/site.yaml', workers);

  it('allow what they do not name', () => {
    assert.deepEqual(check(undefined), { allow: true, slurm_options: [] });
  });

  it('forbid clusters, or more workers than they name', () => {
    assert.throws(() => check({ allow: false }), {
      code: 'invalid_argument',
      message: /does not allow clusters/,
    });
    assert.throws(() => check({ max_workers: 4 }), { code: 'invalid_argument', expected: 'at most 4' });
    assert.equal(check({ max_workers: 5 }).max_workers, 5);
  });

  it('are refused with an error in them', () => {
    assert.throws(() => check({ max_worker: 4 }), { code: 'file_damaged', where: /max_worker/ });
    assert.throws(() => check({ slurm_options: '--x' }), { code: 'file_damaged', where: /slurm_options/ });
  });
});
