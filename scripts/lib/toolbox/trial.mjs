// A release is tried as a person has it: unpacked into an empty folder whose name has a blank and an umlaut, with a PATH that has
// neither Node.js nor a compiler. A daemon is started by the command that MATLAB would give, and answers with a right S(Q,ω).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../cross/must.mjs';
import { answersAsHere, emulator } from '../platforms/arm.mjs';
import { expect, expectSame } from '../platforms/checks.mjs';
import { Trial, tolerance } from '../platforms/tree.mjs';
import { Wine } from '../platforms/wine.mjs';
import { byCmd, cmdCommand, Installation, toWindows } from '../platforms/wineDaemon.mjs';
import { octaveArgs, run } from '../run.mjs';

const START_SECONDS = 60;

/** What a system without anything has, as far as the command line and the start need it. */
const bareCommands = ['sh', 'env', 'dirname', 'readlink', 'chmod'];

/** A place with nothing but `bin`, and what runs there. */
class EmptyPlace {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'euphonic-release-'));
    this.bin = join(this.folder, 'bin');
    mkdirSync(this.bin);
    for (const name of bareCommands) {
      const path = ['/bin', '/usr/bin'].map((place) => join(place, name)).find(existsSync);
      symlinkSync(path, join(this.bin, name));
    }
  }

  async unpack(archive) {
    const place = join(this.folder, 'Jörgs Ordner');
    mkdirSync(place);
    await must('unzip', ['-q', archive, '-d', place]);
    return join(place, basename(archive, '.zip'));
  }

  /** Runs a script of the shell. Nothing of this process's environment is there. */
  sh(script) {
    const given = [`PATH=${this.bin}`, `HOME=${this.folder}`, 'LC_ALL=C.UTF-8'];
    return run('env', ['-i', ...given, 'sh', '-c', script], { quiet: true, timeoutSeconds: 120 });
  }

  async must(script) {
    const { code, output } = await this.sh(script);
    expect(code === 0, `${script}: exit code ${code}\n${output}`);
    return output;
  }

  end() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

/** The command by which MATLAB starts the daemon of an unpacked toolbox, as its own function words it. */
async function commandOfMatlab(folder, place) {
  const file = join(place.folder, 'command.txt');
  const code = [
    `addpath('${folder}');`,
    "found = euphonic.internal.connection.installation('trial');",
    "command = euphonic.internal.connection.posix_command([found.command, {'start'}], true);",
    `id = fopen('${file}', 'w'); fputs(id, command); fclose(id);`,
  ];
  const env = { EUPHONIC_HOME: '', EUPHONIC_NODE: '' };
  await must('octave-cli', [...octaveArgs, '--eval', code.join(' ')], { env });
  return readFileSync(file, 'utf8');
}

async function onLinux(archive) {
  const place = new EmptyPlace();
  const trial = new Trial();
  try {
    const folder = await place.unpack(archive);
    const cli = quoted(join(folder, 'euphonicd'));
    await place.must(await commandOfMatlab(folder, place));
    try {
      for (const end = Date.now() + START_SECONDS * 1000; ; await sleep(200)) {
        if ((await place.sh(`${cli} status`)).code === 0) break;
        expect(Date.now() < end, `no daemon within ${START_SECONDS} s`);
      }
      await place.must(`${cli} ${trial.arguments(trial.output('release')).map(quoted).join(' ')}`);
      const { simd } = JSON.parse(await place.must(`${cli} status --json`));
      expectSame(await trial.reference(), trial.read('release'), tolerance);
      return `tried on this system (${simd})`;
    } finally {
      await place.must(`${cli} stop`);
    }
  } finally {
    trial.end();
    place.end();
  }
}

async function onArm(archive) {
  const place = new EmptyPlace();
  const trial = new Trial();
  try {
    const daemon = join(await place.unpack(archive), 'daemon');
    return `tried in QEMU (${await answersAsHere(join(daemon, 'node', 'bin', 'node'), daemon, trial)})`;
  } finally {
    trial.end();
    place.end();
  }
}

async function onWindows(archive, cache) {
  const place = new EmptyPlace();
  const trial = new Trial();
  const wine = new Wine(cache);
  await wine.prepare();
  try {
    const folder = await place.unpack(archive);
    const tree = join(folder, 'daemon');
    const daemon = new Installation(wine, join(tree, 'node', 'bin', 'node.exe'), tree);
    const command = await cmdCommand(daemon, trial, ['start'], true);
    const { code, output } = await byCmd(daemon, command, trial);
    expect(code === 0, `exit code ${code} of ${command}: ${output}`);
    await daemon.appears();
    // the command line as a person types it
    const words = [toWindows(join(folder, 'euphonicd.cmd')), ...trial.arguments(trial.output('release'))];
    const typed = await byCmd(daemon, `"${words.map((word) => `"${word}"`).join(' ')}"`, trial);
    expect(typed.code === 0, `euphonicd.cmd: exit code ${typed.code}: ${typed.output}`);
    expectSame(await trial.reference(), trial.read('release'), tolerance);
    await daemon.must(['stop']);
    return 'tried in Wine';
  } finally {
    await wine.end();
    trial.end();
    place.end();
  }
}

/** Says how it was tried, or why not; throws where it does not work. */
export async function tryRelease({ name }, archive, cache) {
  if (name === `${process.platform}-${process.arch}`) return onLinux(archive);
  const has = async (program) =>
    (await run('sh', ['-c', `command -v ${program}`], { quiet: true })).code === 0;
  if (name === 'win32-x64')
    return (await has('wine')) ? onWindows(archive, cache) : 'SKIPPED: not tried, there is no Wine here';
  if (name === 'linux-arm64')
    return (await has(emulator)) ? onArm(archive) : 'SKIPPED: not tried, there is no QEMU here';
  return `SKIPPED: not tried, ${process.platform}-${process.arch} cannot run it`;
}
