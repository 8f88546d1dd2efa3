// ARM by QEMU, some thirty times slower than a processor: the quicker ones of the C++ tests, and a daemon with its command line.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFor } from '../../cross.mjs';
import { withOwnDaemon } from '../ownDaemon.mjs';
import { run } from '../run.mjs';
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
  const must = async (...words) => {
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
      const { simd } = JSON.parse(await must('status', '--json'));
      expect(simd.startsWith('NEON'), simd);
      await must(...trial.arguments(trial.output('arm')));
      expectSame(expected, trial.read('arm'), tolerance);
      await must('stop');
      return simd;
    } finally {
      daemon.kill('SIGKILL');
    }
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
    });
  } finally {
    trial.end();
  }
}
