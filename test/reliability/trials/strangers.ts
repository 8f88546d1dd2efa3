import { execFile } from 'node:child_process';
import { accessSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listeningPorts } from '../support/processes.js';
import type { World } from '../support/world.js';
import { type Outcome, skipped, type Trial } from '../trial.js';

const STRANGER = fileURLToPath(new URL('../support/stranger.mjs', import.meta.url));
/** A user id that owns nothing. */
const UID = '61234';
const TRIES = 100;

export const strangers: Trial = {
  name: 'strangers',
  what: `a second user id tries to connect: by path, by guessed path, with loosened modes and guessed secrets, by TCP, ${TRIES} tries each`,
  required: '0 get in',
  async run(world) {
    const reason = await unavailable();
    if (reason !== undefined) return skipped(reason);
    return attempts(world);
  },
};

interface Attempt {
  tries: number;
  entered: string[];
}

async function attempts(world: World): Promise<Outcome> {
  const daemon = world.daemon();
  const client = daemon.client();
  const address = await client.connect();
  const { pid, secret } = address;
  const sockets = [address.work, address.control].map((endpoint) => endpoint.replace('ipc://', ''));
  const { connectionFile: file, log, lock } = daemon.paths;
  const count = world.count(TRIES);
  const outcomes: Record<string, Attempt> = {};
  outcomes.path = await attempt({ how: 'path', count, files: [file, log, lock], sockets });
  outcomes['guessed path'] = await attempt({ how: 'guess', count, pid, folder: daemon.folder });

  // modes loosened by a careless hand: the secret alone keeps others out
  chmodSync(daemon.folder, 0o755);
  for (const socket of sockets) chmodSync(socket, 0o777);
  outcomes['open modes'] = await attempt({ how: 'secret', count, sockets });
  outcomes['open modes, files'] = await attempt({
    how: 'path',
    count,
    files: [file, log, lock],
    sockets: [],
  });
  // the same with the secret gets in: the way is open, the secret is what was missing
  const control = await attempt({ how: 'secret', count: 2, sockets, secret });

  outcomes.TCP = await overTcp(world, count, control);
  await client.ping();
  const entered = Object.values(outcomes).flatMap((outcome) => outcome.entered);
  const texts = Object.entries(outcomes).map(
    ([name, outcome]) => `${name} ${outcome.entered.length} of ${outcome.tries}`,
  );
  if (listeningPorts(pid).length > 0) entered.push('a TCP port that nobody asked for');
  if (control.entered.length !== control.tries) texts.push('with the secret nobody got in either');
  return {
    measured: `${texts.join(', ')}${entered.length > 0 ? ` (${entered.slice(0, 3).join(', ')})` : ''}`,
    passed: entered.length === 0 && control.entered.length === control.tries,
  };
}

/**
 * A daemon that was started to listen on the loopback interface: its ports are known, and so is its public key. What was
 * tried with the keys of the connection file is added to `control`.
 */
async function overTcp(world: World, count: number, control: Attempt): Promise<Attempt> {
  const daemon = world.daemon();
  await daemon.cli('start', '--tcp');
  const address = daemon.connection();
  if (address.mechanism !== 'CURVE') throw new Error('TCP without CURVE');
  const { secret, server_key, client_key, client_secret_key } = address;
  const ports = listeningPorts(address.pid);
  const keys = { curveServerKey: server_key, curvePublicKey: client_key, curveSecretKey: client_secret_key };
  const withKeys = await attempt({ how: 'tcp', count: 2, ports, keys });
  control.tries += withKeys.tries;
  control.entered.push(...withKeys.entered);
  return attempt({ how: 'tcp', count, ports, serverKey: server_key, knownSecret: secret });
}

const asStranger = ['--reuid', UID, '--regid', UID, '--clear-groups', '--no-new-privs', process.execPath];

async function attempt(what: object): Promise<Attempt> {
  const args = [...asStranger, STRANGER, JSON.stringify(what)];
  const { stdout } = await promisify(execFile)('setpriv', args, { cwd: '/', env: {}, timeout: 120_000 });
  return JSON.parse(stdout);
}

/** Why the trial cannot be made here. */
async function unavailable(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'a second user id takes root';
  try {
    accessSync(join('/usr/bin', 'setpriv'));
  } catch {
    return 'no setpriv (util-linux)';
  }
  try {
    await attempt({ how: 'path', count: 0, files: [STRANGER], sockets: [] });
    return undefined;
  } catch {
    return 'another user may not read the checkout';
  }
}
