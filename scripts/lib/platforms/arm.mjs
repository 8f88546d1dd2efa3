// ARM by QEMU, some thirty times slower than a processor: the quicker ones of the C++ tests, and a daemon with its command line.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFor } from '../../cross.mjs';
import { must } from '../cross/must.mjs';
import { withOwnDaemon } from '../ownDaemon.mjs';
import { octaveArgs, root, run } from '../run.mjs';
import { inOctaveOfArm } from './armOctave.mjs';
import { expect, expectSame, expectTests, runChecks } from './checks.mjs';
import { nodeFor } from './nodes.mjs';
import { plantTree, Trial, tolerance } from './tree.mjs';

const START_SECONDS = 90;
const TESTS_SECONDS = 400;

/** The program that runs others of ARM, and where it finds their libraries, which Debian's compiler for them brings. */
export const emulator = 'qemu-aarch64-static';
const options = ['-L', '/usr/aarch64-linux-gnu'];
const emulated = (words) =>
  run(emulator, [...options, ...words], { quiet: true, timeoutSeconds: TESTS_SECONDS });

/** Every step of the kernel, and what the whole of it promises; the others take minutes there. */
const tests = [
  '[kernel]~*reflectors that are kept*',
  'core: a crystal is the same in any choice of cell vectors',
  'core: at a zone centre*',
  'core: a SIMD target that is not there*',
];

/** A daemon of ARM and its command line, from the folder `tree`, must give S(Q,ω) as this machine has it. Returns its SIMD target. */
export async function answersAsHere(node, tree, trial) {
  const command = (...words) => [node, join(tree, 'dist', 'cli.js'), ...words];
  const euphonicd = async (...words) => {
    const { code, output } = await emulated(command(...words));
    expect(code === 0, `euphonicd ${words.join(' ')}: exit code ${code}\n${output}`);
    return output;
  };
  const expected = await trial.reference();
  return withOwnDaemon(async () => {
    // `start` would have the system run a program of ARM without QEMU
    const daemon = spawn(emulator, [...options, ...command('run')], { stdio: 'ignore' });
    try {
      const end = Date.now() + START_SECONDS * 1000;
      while ((await emulated(command('status'))).code !== 0) {
        expect(Date.now() < end && daemon.exitCode === null, `no daemon (exit code ${daemon.exitCode})`);
        await sleep(500);
      }
      const { simd } = JSON.parse(await euphonicd('status', '--json'));
      expect(simd.startsWith('NEON'), simd);
      await euphonicd(...trial.arguments(trial.output('arm')));
      expectSame(expected, trial.read('arm'), tolerance);
      await euphonicd('stop');
      return simd;
    } finally {
      daemon.kill('SIGKILL');
    }
  });
}

/** The MEX file in an Octave of ARM, which asks this machine's daemon. */
async function octaveAsks(trial, cache) {
  const script = [
    `crystal = euphonic.ForceConstants.from_phonopy('path', '${dirname(trial.model)}');`,
    "model = euphonic.CoherentCrystal(crystal, 'temperature', 300, 'asr', 'reciprocal');",
    'w = model.horace_disp([0.1 0.45], [0.2 0.05], [0.3 -1.2]);',
    "printf('%s: %d modes, %.12g meV\\n', version(), numel(w), sum(cellfun(@sum, w)));",
  ].join(' ');
  const said = (output) => /^[\d.]+: (\d+ modes, [\d.]+ meV)$/m.exec(output) ?? [output];
  await withOwnDaemon(async () => {
    await must(process.execPath, [join(root, 'dist', 'cli.js'), 'start']);
    const [line, there] = said(await inOctaveOfArm(emulator, script, cache));
    const path = `addpath('${join(root, 'matlab')}');`;
    const [, here] = said(await must('octave-cli', [...octaveArgs, '--eval', `${path} ${script}`]));
    expect(there && there === here, `${line}, not ${here}`);
    console.log(`      Octave ${line}`);
  });
}

export async function arm(cache) {
  const { tests: program } = await buildFor('linux-arm64', cache);
  const node = await nodeFor('linux-arm64', cache);
  const trial = new Trial();
  try {
    return await runChecks({
      'C++ tests': async () => {
        const { output } = await emulated([program, tests.join(',')]);
        console.log(`      ${expectTests(output)} test cases`);
      },
      'S(Q,ω) is that of x86-64': async () => {
        console.log(`      ${await answersAsHere(node, plantTree('linux-arm64'), trial)}`);
      },
      'the MEX file for Octave': () => octaveAsks(trial, cache),
    });
  } finally {
    trial.end();
  }
}
