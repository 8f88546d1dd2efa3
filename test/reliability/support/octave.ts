/** An Octave session with the MATLAB package, which is given lines of code and says when they have run. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../../bench/harness/machine.js';
import { QUARTZ } from './results.js';

const PACKAGE = join(ROOT, 'matlab');
const PATIENCE_MS = 180_000;

/** Why there is no Octave session to be had, or undefined. */
export function octaveMissing(): string | undefined {
  try {
    execFileSync('octave-cli', ['--version'], { stdio: 'ignore' });
  } catch {
    return 'no octave-cli on PATH';
  }
  const gateway = join(PACKAGE, '+euphonic', '+internal', 'gateway.mex');
  return existsSync(gateway) ? undefined : 'the MEX function has not been built for Octave';
}

/** Reads lines of code, runs each, and answers `done` or `failed` with what it printed last by `say`. */
const LOOP = [
  "addpath('PACKAGE');",
  "quartz = 'QUARTZ';",
  'function say(text), global said; said = text; end',
  // a file of doubles: all h, then all k, then all l
  "function [h, k, l] = points(file), id = fopen(file); q = fread(id, [1 Inf], 'double'); fclose(id);",
  '  n = numel(q) / 3; h = q(1:n); k = q(n + 1:2 * n); l = q(2 * n + 1:end); end',
  // SHA-256 of the bytes of doubles
  "function text = digest(cells), text = hash('sha256', char(typecast([cells{:}], 'uint8'))); end",
  'global said;',
  "printf('done ready\\n'); fflush(stdout);",
  'while true',
  "  said = '';",
  // fgetl would wait for the first character after the line
  "  line = '';",
  "  while true, c = fread(stdin, 1, 'uint8=>char'); if isempty(c), exit(0); end",
  "    if c == sprintf('\\n'), break; end, line(end + 1) = c; end",
  '  try',
  '    eval(line);',
  "    printf('done %s\\n', said);",
  '  catch problem',
  "    printf('failed %s: %s\\n', problem.identifier, strrep(problem.message, sprintf('\\n'), ' '));",
  '  end',
  '  fflush(stdout);',
  'end',
];

export class OctaveSession {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  private complaints = '';

  constructor(env: NodeJS.ProcessEnv) {
    const code = LOOP.join('\n').replace('PACKAGE', PACKAGE).replace('QUARTZ', QUARTZ);
    const settings = { ...env, EUPHONIC_CACHE_BYTES: '0' };
    this.child = spawn('octave-cli', ['-q', '--norc', '--no-history', '--eval', code], { env: settings });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const [, word, text = ''] = /^(done|failed) (.*)$/.exec(line) ?? [];
      if (word === 'done') this.waiting.shift()?.resolve(text);
      else if (word === 'failed') this.waiting.shift()?.reject(new Error(text));
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.complaints += text;
    });
    this.child.stdin.on('error', () => {});
    this.child.on('close', () => {
      for (const { reject } of this.waiting.splice(0))
        reject(new Error(`Octave has ended. ${this.complaints}`));
    });
    this.ready = this.answer();
    this.ready.catch(() => {});
  }

  /** Resolves when the session takes lines. */
  readonly ready: Promise<string>;

  get pid(): number {
    return this.child.pid!;
  }

  /** Runs a line of code; resolves with the text of its last call of `say`, rejects with its error. */
  run(line: string): Promise<string> {
    const answer = this.answer();
    this.child.stdin.write(`${line}\n`);
    return answer;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }

  private answer(): Promise<string> {
    const timeout = new AbortController();
    const answer = new Promise<string>((resolve, reject) => this.waiting.push({ resolve, reject }));
    const late = sleep(PATIENCE_MS, undefined, { signal: timeout.signal }).then(() => {
      throw new Error(`Octave did not answer within ${PATIENCE_MS / 1000} s`);
    });
    late.catch(() => {});
    return Promise.race([answer, late]).finally(() => timeout.abort());
  }
}
