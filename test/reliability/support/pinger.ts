/** The pings of a client in a process of its own, while something else is done to the daemon. */
import { median } from '../../../bench/harness/statistics.js';
import type { TrialDaemon, World } from './world.js';

export interface Pings {
  count: number;
  /** of the times that they took, ms */
  median: number;
  percentile99: number;
  longest: number;
}

export async function pingsDuring(
  world: World,
  daemon: TrialDaemon,
  action: () => Promise<void>,
): Promise<Pings> {
  const pinger = world.worker(daemon, 'ping');
  await pinger.next('running');
  await action();
  pinger.tell({});
  const { times } = (await pinger.next('times')) as unknown as { times: number[] };
  await pinger.kill();
  times.sort((a, b) => a - b);
  return {
    count: times.length,
    median: median(times),
    percentile99: times[Math.floor(0.99 * times.length)] ?? Number.NaN,
    longest: times.at(-1) ?? Number.NaN,
  };
}

export const pingText = (pings: Pings): string =>
  `${pings.count} pings: median ${pings.median.toFixed(2)}, 99 % below ${pings.percentile99.toFixed(2)}, longest ${pings.longest.toFixed(1)} ms`;
