// A release is tried as a person has it: unpacked into an empty folder whose name has a blank and an umlaut, with a PATH that has
// neither Node.js nor a compiler. A daemon is started by the command that MATLAB would give, and answers with a right S(Q,ω).
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMachO, machO } from '../cross/machO.mjs';
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
export class EmptyPlace {
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

export const quoted = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

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

/** What a new user of Octave does, whose daemon must run by the Node.js of the folder. Throws where there is no octave-cli. */
export async function inOctave(place, folder) {
  const octave = (await must('sh', ['-c', 'command -v octave-cli'])).trim();
  const code = [
    `folder = '${folder}'`,
    'addpath(folder)',
    'facts = euphonic.setup()',
    'assert(facts.ready)',
    // Octave adds its own folder of programs to the PATH, so that does not prove which Node.js runs
    "[~, exe] = system(sprintf('readlink /proc/%d/exe', facts.daemon.pid))",
    "assert(strncmp(exe, folder, numel(folder)), ['the daemon runs in ' exe])",
    "run(fullfile(folder, 'examples', 'first_script.m'))",
  ];
  const output = await place.must([octave, ...octaveArgs, '--eval', code.join('; ')].map(quoted).join(' '));
  expect(/ meV .* mbarn/.test(output), `the first script printed no modes:\n${output}`);
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
      if (!(await has('octave-cli')))
        return `tried on this system (${simd}), without Octave, which is not here`;
      await inOctave(place, folder);
      return `tried on this system (${simd}), and in Octave`;
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

/** What can be seen of it here: every binary is for the processor, and signed, without which Apple's own run none. */
async function onMac({ name, mex }, archive) {
  const place = new EmptyPlace();
  try {
    const folder = await place.unpack(archive);
    for (const path of ['euphonicd', join('daemon', 'node', 'bin', 'node')])
      expect((statSync(join(folder, path)).mode & 0o111) === 0o111, `${path} may not be executed`);
    const files = readdirSync(folder, { recursive: true }).filter((file) =>
      statSync(join(folder, file)).isFile(),
    );
    const binaries = files.filter((file) => isMachO(join(folder, file)));
    const wanted = [`gateway.${mex}`, 'euphonic.node', 'node', 'addon.node'];
    for (const file of wanted)
      expect(
        binaries.some((path) => basename(path) === file),
        `${file} is missing`,
      );
    let newest = [0, 0];
    for (const file of binaries) {
      const { processor, isSigned, macOS } = machO(join(folder, file));
      expect(name === `darwin-${processor}`, `${file} is for ${processor}`);
      expect(isSigned || processor !== 'arm64', `${file} is not signed`);
      for (const version of macOS) if (version[0] > newest[0]) newest = version;
    }
    return `contents checked: ${binaries.length} binaries, made for macOS up to ${newest.join('.')}`;
  } finally {
    place.end();
  }
}

const has = async (program) => (await run('sh', ['-c', `command -v ${program}`], { quiet: true })).code === 0;

/** Says how it was tried, or why not; throws where it does not work. */
export async function tryRelease(platform, archive, cache) {
  const { name, system } = platform;
  if (name === `${process.platform}-${process.arch}`) return onLinux(archive);
  if (name === 'win32-x64')
    return (await has('wine')) ? onWindows(archive, cache) : 'SKIPPED: not tried, there is no Wine here';
  if (name === 'linux-arm64')
    return (await has(emulator)) ? onArm(archive) : 'SKIPPED: not tried, there is no QEMU here';
  if (system.name === 'Darwin') return onMac(platform, archive);
  return `SKIPPED: not tried, ${process.platform}-${process.arch} cannot run it`;
}
