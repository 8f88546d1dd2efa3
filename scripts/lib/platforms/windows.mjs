// Windows, as far as Wine has it: the C++ tests, a daemon's life, and the commands that MATLAB gives to start one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFor } from '../../cross.mjs';
import { must } from '../cross/must.mjs';
import { octaveArgs, root } from '../run.mjs';
import { expect, expectSame, expectTests, runChecks } from './checks.mjs';
import { nodeFor } from './nodes.mjs';
import { plantTree, Trial, tolerance } from './tree.mjs';
import { Wine } from './wine.mjs';

const START_SECONDS = 30;

/** A daemon in Wine and its command line. Its connection file is where Windows has it, unless `connection` says otherwise. */
class Installation {
  constructor(wine, node, tree) {
    Object.assign(this, { wine, node, cli: join(tree, 'dist', 'cli.js') });
  }

  run(args, env) {
    return this.wine.run([this.node, this.cli, ...args], { env });
  }

  async must(args, env) {
    const { code, output } = await this.run(args, env);
    expect(code === 0, `euphonicd ${args.join(' ')}: exit code ${code}\n${output}`);
    return output;
  }

  async status(env) {
    return JSON.parse(await this.must(['status', '--json'], env));
  }

  async isAlive() {
    return (await this.run(['status'])).code === 0;
  }

  /** Waits for a daemon that was started in the background. */
  async appears() {
    for (const end = Date.now() + START_SECONDS * 1000; Date.now() < end; await sleep(500)) {
      if (await this.isAlive()) return;
    }
    throw new Error(`no daemon within ${START_SECONDS} s`);
  }

  /** Folder of connection file, lock and log. */
  async folder() {
    const { log } = await this.status();
    return join(this.wine.env.WINEPREFIX, 'dosdevices', 'c:', ...log.split('\\').slice(1, -1));
  }
}

/** A command as MATLAB's `run_daemon` words it. */
async function cmdCommand({ node, cli }, trial, args, background) {
  const toWindows = (path) => `Z:${path.replaceAll('/', '\\')}`;
  const words = [toWindows(node), toWindows(cli), ...args].map((word) => `'${word}'`).join(', ');
  const file = join(trial.folder, 'command.txt');
  const script = [
    `addpath('${join(root, 'matlab')}');`,
    `command = euphonic.internal.connection.cmd_command({${words}}, ${background});`,
    `id = fopen('${file}', 'w'); fputs(id, command); fclose(id);`,
  ];
  await must('octave-cli', [...octaveArgs, '--eval', script.join(' ')]);
  return readFileSync(file, 'utf8');
}

/** Exit code of `cmd /c COMMAND`, as `system` of MATLAB runs it, and what it printed. */
function byCmd({ wine, node }, command, trial) {
  const script = join(trial.folder, 'cmd.cjs');
  writeFileSync(
    script,
    `const { spawnSync } = require('node:child_process');
     const { status } = spawnSync('cmd.exe', ['/c', ${JSON.stringify(command)}],
       { windowsVerbatimArguments: true, stdio: ['ignore', 1, 2] });
     process.exit(status ?? 99);`,
  );
  return wine.run([node, script]);
}

function checksOfLife(daemon, trial) {
  return {
    'a daemon starts without TCP being asked for, and is found': async () => {
      await daemon.must(['start']);
      const { mechanism, endpoints, pid } = await daemon.status();
      expect(mechanism === 'CURVE', mechanism);
      expect(endpoints.work.startsWith('tcp://127.0.0.1:'), endpoints.work);
      await daemon.must(['start']);
      expect((await daemon.status()).pid === pid, 'a second start made a second daemon');
      const folder = await daemon.folder();
      expect(/AppData.Local.euphonic-bridge$/.test(folder), folder);
      const lock = Number(readFileSync(join(folder, 'connection.json.lock'), 'utf8'));
      expect(lock === pid, `the lock names ${lock}, not ${pid}`);
    },
    'doctor finds no problem': async () => {
      const output = await daemon.must(['doctor']);
      expect(!/problem/i.test(output.replace(/no problems?/gi, '')), output);
    },
    'S(Q,ω) is that of Linux': async () => {
      await daemon.must(trial.arguments(trial.output('windows')));
      expectSame(await trial.reference(), trial.read('windows'), tolerance);
    },
    'it stops, and leaves only its log': async () => {
      const folder = await daemon.folder();
      await daemon.must(['stop']);
      expect(!(await daemon.isAlive()), 'it is alive');
      for (const name of ['connection.json', 'connection.json.lock'])
        expect(!existsSync(join(folder, name)), `${name} is there`);
    },
    'one that was killed is replaced': async () => {
      await daemon.must(['start']);
      const { pid } = await daemon.status();
      await daemon.wine.must(['taskkill', '/F', '/PID', String(pid)]);
      expect(!(await daemon.isAlive()), 'it is alive');
      await daemon.must(['start']);
      expect((await daemon.status()).pid !== pid, 'the same process');
      await daemon.must(['stop']);
    },
    'two starts at once make one daemon': async () => {
      await Promise.all([daemon.must(['start']), daemon.must(['start'])]);
      const { pid } = await daemon.status();
      const lock = readFileSync(join(await daemon.folder(), 'connection.json.lock'), 'utf8');
      expect(Number(lock) === pid, `the lock names ${lock}, not ${pid}`);
      await daemon.must(['stop']);
    },
    'a folder with blanks and letters beyond ASCII will do': async () => {
      const folder = join(trial.folder, 'Jörg Ångström 原子');
      mkdirSync(folder);
      const env = { EUPHONIC_CONNECTION: `Z:${join(folder, 'connection.json').replaceAll('/', '\\')}` };
      await daemon.must(['start'], env);
      expect(existsSync(join(folder, 'connection.json')), 'no connection file there');
      await daemon.must(['stop'], env);
    },
  };
}

const checksOfMatlab = (daemon, trial) => ({
  "MATLAB's command starts a daemon in the background": async () => {
    const command = await cmdCommand(daemon, trial, ['start'], true);
    const { code, output } = await byCmd(daemon, command, trial);
    expect(code === 0, `exit code ${code} of ${command}: ${output}`);
    await daemon.appears();
  },
  "MATLAB's command in the foreground gives code and text": async () => {
    const running = await byCmd(daemon, await cmdCommand(daemon, trial, ['status'], false), trial);
    expect(running.code === 0 && running.output.includes('pid'), `${running.code}: ${running.output}`);
    const wrong = await byCmd(daemon, await cmdCommand(daemon, trial, ['nothing'], false), trial);
    expect(wrong.code !== 0 && /unknown command/.test(wrong.output), `${wrong.code}: ${wrong.output}`);
    await daemon.must(['stop']);
  },
});

export async function windows(cache) {
  const { tests } = await buildFor('win32-x64', cache);
  const wine = new Wine(cache);
  await wine.prepare();
  const daemon = new Installation(wine, await nodeFor('win32-x64', cache), plantTree('win32-x64'));
  const trial = new Trial();
  try {
    return await runChecks({
      'C++ tests': async () => {
        const { output } = await wine.run([tests, '~[timing]'], { timeoutSeconds: 400 });
        console.log(`      ${expectTests(output)} test cases`);
      },
      ...checksOfLife(daemon, trial),
      ...checksOfMatlab(daemon, trial),
    });
  } finally {
    await wine.end();
    trial.end();
  }
}
