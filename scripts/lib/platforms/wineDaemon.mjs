// A daemon in Wine, and the commands that MATLAB gives to start one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../cross/must.mjs';
import { octaveArgs, root } from '../run.mjs';
import { expect } from './checks.mjs';

const START_SECONDS = 30;

/** The name of a file of this machine in Wine. */
export const toWindows = (path) => `Z:${path.replaceAll('/', '\\')}`;

/** A daemon in Wine and its command line. Its connection file is where Windows has it, unless `connection` says otherwise. */
export class Installation {
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
export async function cmdCommand({ node, cli }, trial, args, background) {
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
export function byCmd({ wine, node }, command, trial) {
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
