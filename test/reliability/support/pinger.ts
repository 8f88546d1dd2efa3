/**
 * The pings of a client in a process of its own, while something else is done to the daemon. How late processes get
 * their turn on a busy machine is not the daemon's affair: pings of another daemon, which is idle, tell it at the same time.
 */
import { median } from '../../../bench/harness/statistics.js';
import type { TrialDaemon, World } from './world.js';

/** Of the times that pings took, ms. */
interface Pings {
  count: number;
  median: number;
  percentile99: number;
  longest: number;
  /** of the idle daemon */
  idlePercentile99: number;
}

const percentile99 = (sorted: readonly number[]) => sorted[Math.floor(0.99 * sorted.length)] ?? Number.NaN;

export async function pingsDuring(
  world: World,
  daemon: TrialDaemon,
  action: () => Promise<void>,
): Promise<Pings> {
  const idle = world.daemon();
  await idle.client().connect();
  const pinger = world.worker(daemon, 'ping', { idle: idle.paths.connectionFile });
  await pinger.next('running');
  await action();
  pinger.tell({});
  const said = (await pinger.next('times')) as unknown as { pings: number[]; references: number[] };
  await pinger.kill();
  const [pings, references] = [said.pings, said.references].map((times) => times.sort((a, b) => a - b));
  return {
    count: pings.length,
    median: median(pings),
    percentile99: percentile99(pings),
    longest: pings.at(-1) ?? Number.NaN,
    idlePercentile99: percentile99(references),
  };
}

export const pingText = (pings: Pings): string =>
  `${pings.count} pings: median ${pings.median.toFixed(2)}, 99 % below ${pings.percentile99.toFixed(2)}, longest ${pings.longest.toFixed(1)} ms (of an idle daemon 99 % below ${pings.idlePercentile99.toFixed(2)} ms)`;
