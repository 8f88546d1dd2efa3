// The MEX file for MATLAB, driven through every command by a program that stands in for it (test/mex): here and in Wine.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crossBuild } from '../../cross.mjs';
import { must } from '../cross/must.mjs';
import { withOwnDaemon } from '../ownDaemon.mjs';
import { root, run } from '../run.mjs';
import { expect, expectSame } from './checks.mjs';
import { tolerance } from './tree.mjs';
import { cmdCommand, toWindows } from './wineDaemon.mjs';

const HOST_SECONDS = 240;

/** Shows what the host said, compares its S(Q,ω) with that of `euphonicd sqw`, and throws where a check failed. */
async function judge(output, trial, name) {
  const lines = output.trimEnd().split('\n');
  for (const line of lines) console.log(`      ${line.trimEnd()}`);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(lines.at(-1)) ?? [];
  expect(failed === '0' && Number(passed) > 0, 'the host failed');
  const rows = readFileSync(trial.output(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(' ').map(Number));
  const { frequencies, structure_factors } = await trial.reference();
  const nModes = rows.length / 2;
  const transposed = (matrix) => matrix[0].map((_, mode) => matrix.map((point) => point[mode]));
  expectSame(transposed(frequencies), rows.slice(0, nModes), tolerance, 'frequencies');
  expectSame(transposed(structure_factors), rows.slice(nModes), tolerance, 'structure factors');
}

/** The host's arguments; `path` words the names of files. */
const argumentsFor = (gateway, connection, trial, name, start, path = (file) => file) => [
  ...[gateway, connection, trial.model, trial.qColumns, trial.output(name)].map(path),
  start,
];

export async function mexOnLinux(trial) {
  const { gateway, host } = crossBuild('linux-x64');
  const cli = [process.execPath, join(root, 'dist', 'cli.js')];
  const output = await withOwnDaemon(async () => {
    await must(cli[0], [cli[1], 'start']);
    const start = `'${cli[0]}' '${cli[1]}' start >/dev/null`;
    const words = argumentsFor(gateway, process.env.EUPHONIC_CONNECTION, trial, 'mex', start);
    const env = { LD_LIBRARY_PATH: dirname(host) };
    return (await run(host, words, { quiet: true, env, timeoutSeconds: HOST_SECONDS })).output;
  });
  await judge(output, trial, 'mex');
}

/** `daemon` is an installation in Wine; one of its daemons runs afterwards. */
export async function mexOnWindows(daemon, trial) {
  const { gateway, host } = crossBuild('win32-x64');
  await daemon.must(['start']);
  const { log } = await daemon.status();
  const connection = log.replace(/[^\\]*$/, 'connection.json');
  const start = (await cmdCommand(daemon, trial, ['start'], false)).replace(' 2>&1', ' >nul 2>&1');
  const words = argumentsFor(gateway, '', trial, 'mex-windows', start, (file) => file && toWindows(file));
  words[1] = connection;
  const { output } = await daemon.wine.run([host, ...words], { timeoutSeconds: HOST_SECONDS });
  await judge(output, trial, 'mex-windows');
  await daemon.must(['stop']);
}
