/** Whole commands that draw a spectrum, from the shell with a warm daemon, beside Euphonic's tools for the same. */
import { execFile, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { circumstances, ROOT } from '../harness/machine.js';
import { loadMaterials, materialFile } from '../harness/materials.js';
import { ownDaemon } from '../harness/ownDaemon.js';
import { pythonEnvironment } from '../harness/python.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median, ratio } from '../harness/statistics.js';
import { spread } from './scaling.js';

interface Comparison {
  /** of ours */
  command: string;
  tool: string;
  /** options of both */
  options: string[];
  /** of ours alone, so that both do the same */
  own?: string[];
}

const COMPARISONS: readonly Comparison[] = [
  {
    command: 'dos',
    tool: 'euphonic-dos',
    options: ['--asr', '--grid', '30', '30', '30'],
  },
  {
    command: 'powder',
    tool: 'euphonic-powder-map',
    options: ['--asr', '--temperature', '300', '--grid', '6', '6', '6', '-w', 'coherent', '--eb', '1.5'],
    own: ['--sampling', 'golden'],
  },
];

/** Until the error of each sphere is below 1 %, which Euphonic's tool does not know. */
const CONVERGED = ['--asr', '--temperature', '300', '--grid', '6', '6', '6', '--eb', '1.5'];

interface Result {
  command: string;
  /** seconds, one for each round */
  own: number[];
  kernel: number[];
  euphonic: number[];
}

interface Converged {
  seconds: number[];
  /** of the last round */
  spheres: number;
  directions: number;
  medianError: number;
  worstError: number;
  above: number;
}

/** What a command says of itself with --json. */
interface Said {
  kernel_seconds: number;
  n_spheres: number;
  totalDirections: number;
  medianError: number;
  worstError: number;
  errors: number[];
}

export async function spectra(settings: Settings, soFar: (report: Report) => void): Promise<Report> {
  const { folder, env, dispose } = ownDaemon(settings, { MPLBACKEND: 'agg' });
  const { python, versions } = pythonEnvironment();
  const begin = circumstances();
  begin.versions = { ...begin.versions, euphonic: versions.euphonic, matplotlib: versions.matplotlib };
  const [material] = await loadMaterials(settings, ['quartz']);
  const model = materialFile(material);
  const ours = (command: string, options: string[]) =>
    own(command, [model, ...options, '-s', join(folder, 'own.png')], env);
  const results: Result[] = [];
  const reportOf = (converged?: Converged): Report => ({
    workload: 'spectra',
    circumstances: begin,
    settings,
    results: { comparisons: results, converged },
    text: text(material.label, settings.threads, results, converged),
  });
  try {
    // warms up: the daemon has read the file
    await ours('dos', ['--asr', '--grid', '2', '2', '2']);
    const converged = await measureConverged((options) => ours('powder', options), settings.rounds);
    for (const { command, tool, options, own: alone = [] } of COMPARISONS) {
      const result: Result = { command: [command, ...options].join(' '), own: [], kernel: [], euphonic: [] };
      results.push(result);
      for (let round = 0; round < settings.rounds; round++) {
        console.error(`spectra: ${result.command}, round ${round + 1}`);
        const { seconds, said } = await ours(command, [...options, ...alone]);
        result.own.push(seconds);
        result.kernel.push(said.kernel_seconds);
        const picture = ['-s', join(folder, 'euphonic.png'), '--n-threads', String(settings.threads)];
        result.euphonic.push(await timed(join(dirname(python), tool), [model, ...options, ...picture], env));
      }
      soFar(reportOf(converged));
    }
    return reportOf(converged);
  } finally {
    await dispose();
  }
}

async function measureConverged(
  run: (options: string[]) => ReturnType<typeof own>,
  rounds: number,
): Promise<Converged> {
  const seconds: number[] = [];
  let last: Said | undefined;
  for (let round = 0; round < rounds; round++) {
    console.error(`spectra: powder to 1 %, round ${round + 1}`);
    const found = await run(CONVERGED);
    seconds.push(found.seconds);
    last = found.said;
  }
  const { n_spheres: spheres, totalDirections: directions, medianError, worstError, errors } = last!;
  return {
    ...{ seconds, spheres, directions, medianError, worstError },
    above: errors.filter((error) => error > 0.01).length,
  };
}

/** Runs a command of ours; seconds from its start to its end. */
async function own(command: string, args: string[], env: NodeJS.ProcessEnv) {
  const start = performance.now();
  const all = [join(ROOT, 'dist', 'cli.js'), command, ...args, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, all, { env });
  return { seconds: (performance.now() - start) / 1000, said: JSON.parse(stdout) as Said };
}

/** Runs a tool; seconds from its start to its end. Rejects with its last words where it fails. */
function timed(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      words = (words + text).slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000);
      else reject(new Error(`${program} has ended with ${code}: ${words}`));
    });
  });
}

function text(
  label: string,
  threads: number,
  results: readonly Result[],
  converged: Converged | undefined,
): string {
  const times = table(
    ['command', 's', 'of this kernel, s', 'Euphonic, s', 'ratio', 'ratio to the kernel'],
    results
      .filter(({ euphonic }) => euphonic.length > 0)
      .map(({ command, own, kernel, euphonic }) => [
        `\`${command}\``,
        figure(median(own)),
        figure(median(kernel)),
        figure(median(euphonic)),
        spread(ratio(euphonic, own)),
        spread(ratio(euphonic, kernel)),
      ]),
  );
  const about = `${label}, ${threads} threads each, from the shell to the PNG, with a daemon that has read the file. \`powder\` has 120 spheres of 1000 directions, the same for both.`;
  if (!converged) return `${about}\n\n${times}`;
  const { seconds, spheres, directions, medianError, worstError, above } = converged;
  const percent = (error: number) => `${figure(100 * error, 2)} %`;
  return `${about}\n\n${times}

\`powder ${CONVERGED.join(' ')}\`, until the error of each sphere is below 1 %: ${figure(median(seconds))} s for ${spheres} spheres with ${directions}
directions in all. The error of a sphere is ${percent(medianError)} in the median and ${percent(worstError)} at most; ${above} spheres, which touch Bragg points, are above 1 %.`;
}
