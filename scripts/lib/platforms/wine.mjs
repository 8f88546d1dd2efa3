// Programs of Windows by Wine, in a Windows of its own.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../cross/must.mjs';
import { run } from '../run.mjs';

export class Wine {
  constructor(cache) {
    this.env = {
      WINEPREFIX: join(cache, 'wine'),
      WINEDEBUG: '-all',
      // neither .NET nor a browser
      WINEDLLOVERRIDES: 'mscoree=;mshtml=',
      LC_ALL: 'C.UTF-8',
      // of Windows by its own rule
      EUPHONIC_CONNECTION: '',
    };
  }

  async prepare() {
    if (!existsSync(join(this.env.WINEPREFIX, '.ready'))) await this.install();
    // It makes all files, and access lists of mode bits. Otherwise it ends with the last program, and the next boots Windows again.
    await must('sh', ['-c', 'umask 077; wineserver -k; wineserver -p >/dev/null 2>&1'], { env: this.env });
  }

  async install() {
    mkdirSync(this.env.WINEPREFIX, { recursive: true });
    await this.must(['wineboot', '-i']);
    // Node wants it
    await this.must(['reg', 'add', String.raw`HKCU\Software\Wine`, '/v', 'Version', '/d', 'win10', '/f']);
    await must('touch', [join(this.env.WINEPREFIX, '.ready')]);
  }

  /** Exit code and output. Output goes to a file: Wine's pipes are none that Node can write to. */
  async run(args, { env = {}, timeoutSeconds = 120 } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-wine-'));
    const file = join(folder, 'output');
    try {
      const command = ['-c', 'umask 077; exec wine "$@" >"$0" 2>&1 </dev/null', file, ...args];
      const { code } = await run('sh', command, {
        env: { ...this.env, ...env },
        quiet: true,
        timeoutSeconds,
      });
      return { code, output: readFileSync(file, 'utf8') };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async must(args, options) {
    const { code, output } = await this.run(args, options);
    if (code !== 0) throw new Error(`wine ${args.join(' ')} failed (exit code ${code}):\n${output}`);
    return output;
  }

  /** Ends what is left running in it. */
  async end() {
    await run('wineserver', ['-k'], { env: this.env, quiet: true });
  }
}
