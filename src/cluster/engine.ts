/** The engine: a nats-server of our own, which holds chunks in memory until a worker takes them. Started, watched, and ended with us. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromSeed } from '@nats-io/nkeys';
import { EuphonicError } from '../base/errors.js';
import { ensurePrivateDirectory, writePrivateFile } from '../runtime/files.js';
import type { Log } from '../runtime/log.js';
import { engineFolder, type GatewayFile, inDirectory } from './files.js';
import { ACCOUNT, MAX_PAYLOAD, PING_MS, WORKER_RIGHTS } from './subjects.js';

/** Where `npm run setup` puts the program, seen from src/cluster and from dist/cluster. */
const OWN_SERVER = fileURLToPath(new URL('../../build/engine/bin/nats-server', import.meta.url));

const LEAST_VERSION = [2, 15];

/** Bytes that wait for one connection: more than all chunks and results under way, so that a busy gateway is not cut off. */
const MAX_PENDING = 2 ** 30;
/** Bytes of chunks that wait for workers. */
const MAX_MEMORY = 2 ** 30;
/** A receiver that takes nothing for so long is cut off. */
const WRITE_DEADLINE = '30s';

/** An engine that ends sooner than this after its start is not started again at once. */
const SOON_MS = 1000;
const PAUSE_MS = 500;
/** So many such ends in a row: it cannot be started. */
const MAX_FAILURES = 20;
/** Lines that it has written, for messages. */
const MAX_TAIL = 8;

/** The program: that of the environment, of the set-up, or on the path. Throws `file_not_found` with what to do. */
export function findServer(given?: string, env = process.env): { path: string; version: string } {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const named = env.EUPHONIC_NATS_SERVER || given;
  const candidates = named ? [named] : [OWN_SERVER, ...folders.map((folder) => join(folder, 'nats-server'))];
  let old = '';
  for (const path of candidates.filter(isProgram)) {
    const version = versionOf(path);
    if (isNewEnough(version)) return { path, version };
    old = `${path} is of version ${version}`;
  }
  throw new EuphonicError(
    'file_not_found',
    `There is no nats-server${old ? ` that is new enough: ${old}` : ''}.`,
    {
      where: 'EUPHONIC_NATS_SERVER, build/engine/bin, PATH',
      expected: `nats-server ${LEAST_VERSION.join('.')} or newer, which a cluster needs`,
      advice: 'Install it with: npm run setup -- cluster',
    },
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(path: string): string {
  try {
    // nats-server: v2.15.2
    return /v(\d+\.\d+\.\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major > LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor >= LEAST_VERSION[1]);
}

export class Engine {
  readonly version: string;
  restarts = 0;
  private readonly program: string;
  /** configuration, keys of TLS and what the engine keeps for itself, which is little: chunks are in memory */
  private readonly folder: string;
  private child: ChildProcess | undefined;
  private failures = 0;
  private tail: string[] = [];
  private isEnding = false;

  constructor(
    gateway: GatewayFile,
    private readonly log: Log,
  ) {
    ({ path: this.program, version: this.version } = findServer(gateway.server));
    this.folder = engineFolder(gateway.directory);
    // a gateway that was killed left it
    rmSync(this.folder, { recursive: true, force: true });
    const write = (name: string, text: string) =>
      inDirectory(() => writePrivateFile(join(this.folder, name), text));
    inDirectory(() => ensurePrivateDirectory(this.folder));
    write('certificate.pem', gateway.certificate);
    write('key.pem', gateway.private_key);
    write('engine.conf', JSON.stringify(configuration(gateway, this.folder), null, 1));
  }

  /** Whether it has given up: what it said last. */
  get failure(): string | undefined {
    return this.failures >= MAX_FAILURES ? this.tail.join('\n') : undefined;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const startedAt = Date.now();
    const child = spawnBound(this.program, ['--config', join(this.folder, 'engine.conf')]);
    this.child = child;
    const note = (text: Buffer) => {
      this.tail = [...this.tail, ...text.toString('utf8').split('\n').filter(Boolean)].slice(-MAX_TAIL);
    };
    child.stderr?.on('data', note);
    child.stdout?.on('data', note);
    child.on('error', (err) => this.log.error({ err }, 'the engine cannot be run'));
    child.on('exit', (code, signal) => {
      if (this.isEnding) return;
      const soon = Date.now() - startedAt < SOON_MS;
      this.failures = soon ? this.failures + 1 : 0;
      this.log.error({ code, signal, said: this.tail }, 'the engine has ended');
      if (this.failures >= MAX_FAILURES) return;
      this.restarts++;
      setTimeout(() => !this.isEnding && this.start(), soon ? PAUSE_MS : 0);
    });
  }

  /** Ends an engine that hangs; it is started again. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** Resolves when it has gone. */
  async end(): Promise<void> {
    this.isEnding = true;
    const { child } = this;
    const isThere = child !== undefined && child.exitCode === null && child.signalCode === null;
    if (isThere && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A process that ends with this one, even if this one is killed, where the system can see to that. */
function spawnBound(program: string, args: string[]): ChildProcess {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (!setpriv) return spawn(program, args, { stdio });
  return spawn(setpriv, ['--pdeathsig', 'KILL', program, ...args], { stdio });
}

/** JSON is a configuration that nats-server reads. */
function configuration(gateway: GatewayFile, folder: string): object {
  const publicKey = (seed: string) => fromSeed(Buffer.from(seed)).getPublicKey();
  return {
    host: gateway.host,
    port: gateway.port,
    max_payload: MAX_PAYLOAD,
    max_pending: MAX_PENDING,
    write_deadline: WRITE_DEADLINE,
    ping_interval: `${PING_MS}ms`,
    ping_max: 2,
    logtime: false,
    tls: {
      cert_file: join(folder, 'certificate.pem'),
      key_file: join(folder, 'key.pem'),
      handshake_first: true,
    },
    jetstream: { max_memory_store: MAX_MEMORY, store_dir: folder },
    accounts: {
      // the default account would report no connections
      [ACCOUNT]: {
        jetstream: 'enabled',
        users: [
          { nkey: publicKey(gateway.gateway_seed) },
          { nkey: publicKey(gateway.worker_seed), permissions: WORKER_RIGHTS },
        ],
      },
      SYS: { users: [{ nkey: publicKey(gateway.system_seed) }] },
    },
    system_account: 'SYS',
  };
}
