// Another user who tries to reach a daemon: `node stranger.mjs ATTEMPT`, where ATTEMPT is JSON. Prints as JSON how many
// tries there were and which of them got in. Plain JavaScript that needs nothing but ZeroMQ: it runs as a user who may
// not write anywhere.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { curveKeyPair, Dealer } from 'zeromq';

const PATIENCE_MS = 400;
const AT_A_TIME = 25;

/** What a ping looks like: {v: 1, id: 1, method: 'ping', params: {}}. */
const text = (word) => Buffer.concat([Buffer.of(0xa0 | word.length), Buffer.from(word)]);
const PING = Buffer.concat([
  Buffer.of(0x84),
  ...[text('v'), Buffer.of(1), text('id'), Buffer.of(1), text('method'), text('ping')],
  ...[text('params'), Buffer.of(0x80)],
]);

const attempt = JSON.parse(process.argv[2]);
const entered = [];
let tries = 0;

/** Runs tries, some at a time; each resolves with true if it got in. */
async function all(list) {
  for (let at = 0; at < list.length; at += AT_A_TIME) {
    const results = await Promise.all(
      list.slice(at, at + AT_A_TIME).map(async ({ name, go }) => ({ name, isIn: await go() })),
    );
    tries += results.length;
    for (const { name, isIn } of results) if (isIn) entered.push(name);
  }
}

const readable = (path) => async () => {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
};

const reachable = (address) => () =>
  new Promise((resolve) => {
    const socket = connect(address);
    const end = (isIn) => {
      socket.destroy();
      resolve(isIn);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
    setTimeout(end, PATIENCE_MS, false);
  });

/** Whether a ping is answered. */
const answered = (endpoint, options) => async () => {
  const socket = new Dealer({ linger: 0, sendTimeout: PATIENCE_MS, receiveTimeout: PATIENCE_MS, ...options });
  try {
    socket.connect(endpoint);
    await socket.send(PING);
    return (await socket.receive()).length > 0;
  } catch {
    return false;
  } finally {
    socket.close();
  }
};

const repeated = (count, list) =>
  Array.from({ length: Math.max(count, list.length) }, (_, i) => list[i % list.length]);

/** Secrets that somebody may try. */
const secrets = [
  {},
  { plainUsername: 'euphonic', plainPassword: ' ' },
  { plainUsername: 'euphonic', plainPassword: 'euphonic' },
  { plainUsername: 'root', plainPassword: '0'.repeat(64) },
];
const secret = (i) =>
  secrets[i % (secrets.length + 1)] ?? {
    plainUsername: 'euphonic',
    plainPassword: randomBytes(32).toString('hex'),
  };

function listed(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Sockets that anybody can learn of, and files that may tell more; of other daemons' than the one in question nothing. */
function guesses() {
  const sockets = readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    .map((line) => line.split(' ').at(-1) ?? '')
    .filter((path) => path.startsWith(attempt.folder));
  const folders = listed(dirname(attempt.folder))
    .map((name) => join(dirname(attempt.folder), name))
    .filter((path) => path === attempt.folder);
  const files = folders.flatMap((folder) => [
    ...['connection.json', 'connection.log', 'work.sock', 'control.sock'].map((name) => join(folder, name)),
    ...listed(folder).map((name) => join(folder, name)),
  ]);
  const ofProcess = ['environ', 'fd/1', 'fd/20', 'maps', 'mem'].map((name) => `/proc/${attempt.pid}/${name}`);
  return { sockets: [...new Set(sockets)], files: [...files, ...ofProcess] };
}

const { count } = attempt;
switch (attempt.how) {
  case 'path':
    await all(
      repeated(count, [
        ...attempt.files.map((path) => ({ name: path, go: readable(path) })),
        ...attempt.sockets.map((path) => ({ name: path, go: reachable(path) })),
      ]),
    );
    break;
  case 'guess': {
    const { sockets, files } = guesses();
    await all(
      repeated(count, [
        ...files.map((path) => ({ name: path, go: readable(path) })),
        ...sockets.map((path) => ({ name: path, go: reachable(path) })),
      ]),
    );
    break;
  }
  case 'secret':
    await all(
      Array.from({ length: count }, (_, i) => {
        const endpoint = `ipc://${attempt.sockets[i % attempt.sockets.length]}`;
        const options = attempt.secret
          ? { plainUsername: 'euphonic', plainPassword: attempt.secret }
          : secret(i);
        return { name: `${endpoint} with ${JSON.stringify(options)}`, go: answered(endpoint, options) };
      }),
    );
    break;
  case 'tcp':
    await all(
      Array.from({ length: count }, (_, i) => {
        const endpoint = `tcp://127.0.0.1:${attempt.ports[i % attempt.ports.length]}`;
        if (attempt.keys) return { name: endpoint, go: answered(endpoint, attempt.keys) };
        const { publicKey, secretKey } = curveKeyPair();
        // the daemon's own public key and secret may be known: they are not enough
        const curve = {
          curveServerKey: attempt.serverKey ?? publicKey,
          curvePublicKey: publicKey,
          curveSecretKey: secretKey,
        };
        const kinds = [
          ...[secret(i), { plainUsername: 'euphonic', plainPassword: attempt.knownSecret }, curve],
        ];
        return { name: endpoint, go: answered(endpoint, kinds[i % kinds.length]) };
      }),
    );
    break;
}
console.log(JSON.stringify({ tries, entered }));
process.exit(0);
