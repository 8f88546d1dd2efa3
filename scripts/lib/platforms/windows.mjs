// Windows, as far as Wine has it: the C++ tests, a daemon's life, and the commands that MATLAB gives to start one.
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFor } from '../../cross.mjs';
import { expect, expectSame, expectTests, runChecks } from './checks.mjs';
import { mexOnWindows } from './mexHost.mjs';
import { nodeFor } from './nodes.mjs';
import { plantTree, Trial, tolerance } from './tree.mjs';
import { Wine } from './wine.mjs';
import { byCmd, cmdCommand, Installation, toWindows } from './wineDaemon.mjs';

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
      const env = { EUPHONIC_CONNECTION: toWindows(join(folder, 'connection.json')) };
      await daemon.must(['start'], env);
      expect(existsSync(join(folder, 'connection.json')), 'no connection file there');
      await daemon.must(['stop'], env);
    },
  };
}

/** Wine makes access lists of mode bits, with an entry for everybody. */
const checksOfAccess = (daemon, trial) => ({
  'a folder that others may write to is refused': async () => {
    const folder = join(trial.folder, 'open');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const env = { EUPHONIC_CONNECTION: toWindows(join(folder, 'connection.json')) };
    const { code, output } = await daemon.run(['start'], env);
    expect(code !== 0 && /Other users may write to/.test(output), `exit code ${code}: ${output}`);
  },
  'a connection file that others may read is refused': async () => {
    await daemon.must(['start']);
    const file = join(await daemon.folder(), 'connection.json');
    chmodSync(file, 0o644);
    const { code, output } = await daemon.run(['status']);
    chmodSync(file, 0o600);
    expect(code !== 0 && /is open to other users/.test(output), `exit code ${code}: ${output}`);
    await daemon.must(['stop']);
  },
});

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
      ...checksOfAccess(daemon, trial),
      ...checksOfMatlab(daemon, trial),
      'the MEX file for MATLAB, every command of it': () => mexOnWindows(daemon, trial),
    });
  } finally {
    await wine.end();
    trial.end();
  }
}
