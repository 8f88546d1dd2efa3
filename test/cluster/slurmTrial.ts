/** A cluster whose workers are jobs of a real Slurm: start, results, a job that is cancelled, scale, requeue, stop. */
import assert from 'node:assert/strict';
import { eventually } from '../support/daemon.js';
import { SlurmSite } from './slurmSite.js';
import { type Reference, TestCluster } from './support.js';

/** What was measured. */
export async function slurmTrial(reference: Reference): Promise<string> {
  const site = new SlurmSite();
  const cluster = new TestCluster();
  cluster.env.SLURM_CONF = site.conf;
  const workers = async () => (await cluster.state()).workers;
  const toBe = (count: number) =>
    eventually(async () => (await workers()).length === count, `${count} workers are there`, 60_000);
  try {
    await site.start();
    const start = performance.now();
    const args = ['cluster', 'start', '--workers', '2', '--partition', 'work', '--time', '2h'];
    const { code, stderr } = await cluster.cli(...args, '--directory', cluster.directory);
    assert.equal(code, 0, stderr);
    const since = () => ((performance.now() - start) / 1000).toFixed(1);
    const asked = reference.evaluate(cluster.client());
    await eventually(async () => (await workers()).length > 0, 'a worker is there', 60_000);
    const worker = since();
    reference.compare(await asked);
    const results = since();
    await toBe(2);
    const ids = (await workers()).map(({ job }) => job!);
    assert.deepEqual(
      site
        .jobs()
        .map((line) => line.split(' ')[0])
        .sort(),
      [...ids].sort(),
    );

    const under = reference.evaluate(cluster.client());
    await cluster.claimant();
    site.run('scancel', ids[0]);
    reference.compare(await under);
    await toBe(1);

    assert.equal((await cluster.cli('cluster', 'scale', '6')).code, 0);
    await toBe(6);
    const requeued = reference.evaluate(cluster.client());
    await cluster.claimant();
    site.run('scontrol', 'requeue', ids[1]);
    reference.compare(await requeued);
    await cluster.cli('cluster', 'scale', '3');
    const { stdout } = await cluster.cli('cluster', 'status');
    assert.match(stdout, /^workers .* of 3; Slurm: /m);
    await toBe(3);

    assert.equal((await cluster.cli('cluster', 'stop')).code, 0);
    assert.deepEqual(site.jobs(), []);
    assert.deepEqual(cluster.processes(), []);
    return `start, scancel, scale, requeue, stop; from the beginning of cluster start ${worker} s to a worker, ${results} s to results`;
  } finally {
    await cluster.dispose();
    await site.stop();
  }
}
