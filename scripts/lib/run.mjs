// Running other programs: the one place where scripts spawn.
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Path of a program that an npm package brought. */
export const npmBin = (name) => resolve(root, 'node_modules', '.bin', name);

/** Octave without start-up files; without --no-history it reports a spurious error at exit. */
export const octaveArgs = ['-q', '--norc', '--no-history'];

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
  });
}

/**
 * Runs a program, in the checkout's root unless told otherwise.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, quiet?: boolean, timeoutSeconds?: number}} [options]
 *   quiet: keep the output instead of showing it
 * @returns {Promise<{code: number, output: string}>} code: exit code, 128 after a signal, 127 when the program
 *   could not be started; output: standard output and standard error. Rejects after Ctrl-C, which ends the program.
 */
export function run(command, args, { cwd = root, env = {}, quiet = false, timeoutSeconds } = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a time limit ends the program's children too.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const take = (stream) => (text) => {
      output += text;
      if (!quiet) stream.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', take(process.stdout));
    child.stderr.setEncoding('utf8').on('data', take(process.stderr));

    const end = (signal) => {
      try {
        if (process.platform === 'win32') child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // It has ended already.
      }
    };
    process.on('SIGINT', end).on('SIGTERM', end);
    const timer =
      timeoutSeconds &&
      setTimeout(() => {
        process.stderr.write(`\n${command} did not end within ${timeoutSeconds} s and was stopped\n`);
        end('SIGKILL');
      }, timeoutSeconds * 1000);

    const finish = (code) => {
      clearTimeout(timer);
      process.off('SIGINT', end).off('SIGTERM', end);
      if (interrupted) reject(new Error('interrupted'));
      else done({ code, output });
    };
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      finish(127);
    });
    child.once('close', (code) => finish(code ?? 128));
    // A process that the program left behind may hold its output open: 'close' would never come.
    child.once('exit', (code) => setTimeout(finish, 1000, code ?? 128).unref());
  });
}
