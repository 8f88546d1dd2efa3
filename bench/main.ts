/** The benchmarks: `npm run bench -- stages|scaling|plans|end-to-end|calls|pixels|fits|reading|spectra|cluster|peers|release|all [options]`. */
import { Command, InvalidArgumentError } from 'commander';
import { loadAddon } from '../src/compute/local/addon.js';
import { publish, type Report } from './harness/report.js';
import { DEFAULT_POINTS, DEFAULT_ROUNDS, DEFAULT_SECONDS, type Settings } from './harness/settings.js';

type Workload = (settings: Settings, soFar: (report: Report) => void) => Promise<Report>;

const WORKLOADS: Readonly<Record<string, () => Promise<Workload>>> = {
  stages: async () => (await import('./workloads/stages.js')).stages,
  scaling: async () => (await import('./workloads/scaling.js')).scaling,
  plans: async () => (await import('./workloads/plans.js')).plans,
  'end-to-end': async () => (await import('./workloads/endToEnd.js')).endToEnd,
  calls: async () => (await import('./workloads/calls.js')).calls,
  pixels: async () => (await import('./workloads/pixels.js')).pixels,
  fits: async () => (await import('./workloads/fits.js')).fits,
  reading: async () => (await import('./workloads/reading.js')).reading,
  spectra: async () => (await import('./workloads/spectra.js')).spectra,
  cluster: async () => (await import('./workloads/cluster.js')).cluster,
  peers: async () => (await import('./workloads/peers.js')).peers,
  release: async () => (await import('./workloads/release.js')).release,
};

/** Needs what only `npm run release` makes. */
const APART = ['release'];

type Options = Omit<Settings, 'threads'> & { threads?: number; print?: boolean };

const program = new Command('npm run bench --')
  .description('Measures the kernel and its alternatives. Results go to bench/results.')
  .argument('[workload]', `${Object.keys(WORKLOADS).join(', ')} or all`, 'all')
  .option('--data <dir>', 'folder with real files, which take the place of generated crystals')
  .option('--materials <names>', 'crystals, separated by commas', (names) => names.split(','))
  .option('--threads <n>', 'threads; by default the cores that this process is granted', positive)
  .option('--points <n>', 'at most so many q-points', positive, DEFAULT_POINTS)
  .option('--seconds <s>', 'about the longest time of one measurement', positive, DEFAULT_SECONDS)
  .option('--rounds <n>', 'measurements of each kind, in alternation', positive, DEFAULT_ROUNDS)
  .option('--print', 'only print; leave bench/results alone')
  .showHelpAfterError()
  .action(async (workload: string, options: Options) => {
    const { print = false, ...asked } = options;
    const names =
      workload === 'all' ? Object.keys(WORKLOADS).filter((name) => !APART.includes(name)) : [workload];
    const unknown = names.find((name) => !Object.hasOwn(WORKLOADS, name));
    if (unknown !== undefined) program.error(`error: there is no workload '${unknown}'`);
    const settings = { ...asked, threads: asked.threads ?? loadAddon().availableThreads().threads };
    for (const name of names) {
      const run = await WORKLOADS[name]();
      await publish(await run(settings, (report) => publish(report, print)), print);
    }
  });
await program.parseAsync();

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Expected a positive number.');
  return value;
}
