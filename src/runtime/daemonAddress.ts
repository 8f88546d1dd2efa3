/**
 * The connection file: where a daemon says how it can be reached. The daemon writes it, every client reads it; both
 * find it by the same rule and trust it on the same conditions.
 */
import { hostname } from 'node:os';
import * as v from 'valibot';
import { EuphonicError } from '../base/errors.js';
import { readPrivateFile } from './files.js';
import type { RuntimePaths } from './paths.js';

const common = {
  protocol: v.pipe(v.number(), v.safeInteger()),
  version: v.string(),
  host: v.string(),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  work: v.string(),
  control: v.string(),
  /** made anew by each daemon: with PLAIN the password, always what tells one daemon's file from another's */
  secret: v.string(),
};

/** Z85: 40 characters for the 32 bytes of a key. */
const curveKey = v.pipe(v.string(), v.length(40));

const schema = v.variant('mechanism', [
  v.object({ ...common, mechanism: v.literal('PLAIN') }),
  v.object({
    ...common,
    mechanism: v.literal('CURVE'),
    /** public key of the daemon */
    server_key: curveKey,
    /** the pair that a client shows: the only one that is let in */
    client_key: curveKey,
    client_secret_key: curveKey,
  }),
]);

export type DaemonAddress = v.InferOutput<typeof schema>;
export type CurveAddress = Extract<DaemonAddress, { mechanism: 'CURVE' }>;

/** No more is read: a connection file has a few hundred bytes. */
const MAX_CONNECTION_FILE_BYTES = 2 ** 16;

/** ZeroMQ's PLAIN mechanism: the user name that goes with the secret. */
export const PLAIN_USERNAME = 'euphonic';

/** How a client shows that it may connect, as options of a ZeroMQ socket. */
export function clientSecurity(address: DaemonAddress): object {
  if (address.mechanism === 'PLAIN') {
    return { plainUsername: PLAIN_USERNAME, plainPassword: address.secret };
  }
  const { server_key, client_key, client_secret_key } = address;
  return { curveServerKey: server_key, curvePublicKey: client_key, curveSecretKey: client_secret_key };
}

/**
 * The address in the file, or undefined where there is no file, or one that was never completed. Throws
 * `runtime_directory` for a file that others could have written or read, `file_damaged` for one that does not
 * hold an address, `other_host` for one of another host that cannot be reached from here.
 */
export function readConnectionFile(paths: RuntimePaths): DaemonAddress | undefined {
  const text = readPrivateFile(paths.connectionFile, MAX_CONNECTION_FILE_BYTES, () =>
    tooLong(paths.connectionFile),
  );
  if (text === undefined || isHalfWritten(text)) return undefined;
  const address = parseConnectionFile(text, paths.connectionFile);
  // where no other host can see the file, it is this one that has another name by now
  if (!paths.local && address.host !== hostname() && address.work.startsWith('ipc:')) {
    throw new EuphonicError(
      'other_host',
      `The connection file belongs to a daemon on ${address.host}; this is ${hostname()}.`,
      {
        where: paths.connectionFile,
        expected: `a daemon of ${hostname()}`,
        advice: `Let EUPHONIC_CONNECTION name a file of this host's own, or stop the daemon on ${address.host}.`,
      },
    );
  }
  return address;
}

/** Whether its daemon's pid means something here. */
export function isOfThisHost(address: DaemonAddress): boolean {
  return address.work.startsWith('ipc:') || address.host === hostname();
}

/**
 * What a machine may leave that went down, or a disk that was full, while the file was being made: nothing, zeros, or
 * the beginning of an address. Anything else in its place is somebody's data and is never taken for one.
 */
function isHalfWritten(text: string): boolean {
  const begun = text.replace(/[\s\0]/g, '');
  const beginning = '{"protocol"';
  if (!begun.startsWith(beginning.slice(0, begun.length))) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** As `readConnectionFile`, without the test of the host and with undefined for anything else: used to clear up. */
export function readStaleConnectionFile(paths: RuntimePaths): DaemonAddress | undefined {
  try {
    const text = readPrivateFile(paths.connectionFile, MAX_CONNECTION_FILE_BYTES, () =>
      tooLong(paths.connectionFile),
    );
    return text === undefined ? undefined : parseConnectionFile(text, paths.connectionFile);
  } catch {
    return undefined;
  }
}

function parseConnectionFile(text: string, where: string): DaemonAddress {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  throw new EuphonicError('file_damaged', 'The connection file does not describe a daemon.', {
    where,
    expected: `a JSON object with ${Object.keys(common).join(', ')} and mechanism`,
    advice: adviceFor(json),
  });
}

/** Nobody is told to remove what no daemon has made. */
function adviceFor(json: unknown): string {
  const { protocol, connection } = Object(json);
  if (protocol !== undefined) return 'Remove it and start the daemon again.';
  // gateway.json and cluster.json say to which connection file they belong
  if (typeof connection === 'string')
    return `It belongs to a cluster, which needs it. Let EUPHONIC_CONNECTION name ${connection}`;
  return 'Let EUPHONIC_CONNECTION name another file: no daemon has made this one.';
}

function tooLong(where: string): EuphonicError {
  return new EuphonicError('file_damaged', 'The connection file is too long.', {
    where,
    expected: `at most ${MAX_CONNECTION_FILE_BYTES} bytes`,
    advice: 'Let EUPHONIC_CONNECTION name another file.',
  });
}
