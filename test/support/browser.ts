/** Chromium without a screen, spoken to by the DevTools protocol over pipes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const PROGRAMS = ['chromium-headless-shell', 'chromium', 'google-chrome', 'chromium-browser'];

/** The program of a browser, if there is one. */
export const browserProgram = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);

/** What of the protocol's answers is looked at. */
interface Result {
  targetId: string;
  sessionId: string;
  result: { value: unknown };
}

interface Message {
  id?: number;
  method?: string;
  /** of events */
  params: {
    request: { url: string };
    exceptionDetails: unknown;
    type: string;
    args: unknown;
    entry: { text: string };
  };
  result: Result;
  error?: unknown;
}

export class Browser {
  /** what the page asked of the network, and what it complained of */
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-browser-'));
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, (message: Message) => void>();
  private count = 0;
  private session: string | undefined;

  constructor(program: string) {
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
    this.process = spawn(program, [...args, `--user-data-dir=${this.folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    let text = '';
    (this.process.stdio[4] as Readable).setEncoding('utf8').on('data', (block: string) => {
      const messages = (text + block).split('\0');
      text = messages.pop()!;
      for (const message of messages) this.receive(JSON.parse(message));
    });
  }

  async open(url: string): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    this.session = (await this.send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
    for (const domain of ['Runtime', 'Network', 'Log', 'Page']) await this.send(`${domain}.enable`);
    await this.send('Page.navigate', { url });
  }

  /** The value of an expression in the page, as a text. */
  async evaluate(expression: string): Promise<string> {
    const { result } = await this.send('Runtime.evaluate', { expression, awaitPromise: true });
    return String(result.value);
  }

  send(method: string, params: object = {}): Promise<Result> {
    const id = ++this.count;
    const { session } = this;
    const message = { id, method, params, ...(session !== undefined && { sessionId: session }) };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(JSON.stringify(error))) : resolve(result),
      );
      (this.process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    // its children end with it
    this.session = undefined;
    void this.send('Browser.close').catch(() => {});
    await ended;
    for (const pipe of this.process.stdio) pipe?.destroy();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private receive(message: Message): void {
    const { id, method, params } = message;
    if (id !== undefined) {
      this.waiting.get(id)?.(message);
      this.waiting.delete(id);
    }
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params.exceptionDetails));
    if (method === 'Runtime.consoleAPICalled' && params.type !== 'log')
      this.complaints.push(JSON.stringify(params.args));
    if (method === 'Log.entryAdded') this.complaints.push(params.entry.text);
  }
}
