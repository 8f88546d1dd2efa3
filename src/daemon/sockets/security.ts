/** How peers show that they may connect: a shared secret over ipc, CURVE keys over TCP. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { curveKeyPair } from 'zeromq';
import { type CurveAddress, PLAIN_USERNAME } from '../../runtime/daemonAddress.js';

/** The security domain of the daemon's sockets. */
export const ZAP_DOMAIN = 'euphonic';

/** What the connection file says about it. */
type SecurityFields =
  | { mechanism: 'PLAIN'; secret: string }
  | Pick<CurveAddress, 'mechanism' | 'secret' | 'server_key' | 'client_key' | 'client_secret_key'>;

export interface Security {
  readonly fields: SecurityFields;
  /** of the daemon's sockets */
  readonly socketOptions: object;
  /** Whether a peer with these credentials (ZAP, RFC 27) is let in. */
  allows(mechanism: string, credentials: readonly Buffer[]): boolean;
}

/** Name and password: for sockets that only this user can reach. */
export function plainSecurity(): Security {
  const secret = makeSecret();
  return {
    fields: { mechanism: 'PLAIN', secret },
    socketOptions: { plainServer: true, zapDomain: ZAP_DOMAIN },
    allows: (mechanism, [username, password]) =>
      mechanism === 'PLAIN' && username?.toString('latin1') === PLAIN_USERNAME && same(password, secret),
  };
}

/**
 * Encrypted, and both sides prove that they have their secret key. The daemon's own never leaves the process; the
 * clients' pair is in the connection file, and its public key is all that is on the list of those let in.
 */
export function curveSecurity(): Security {
  const server = curveKeyPair();
  const client = curveKeyPair();
  const allowed = [decodeZ85(client.publicKey)];
  return {
    fields: {
      mechanism: 'CURVE',
      secret: makeSecret(),
      server_key: server.publicKey,
      client_key: client.publicKey,
      client_secret_key: client.secretKey,
    },
    socketOptions: { curveServer: true, curveSecretKey: server.secretKey, zapDomain: ZAP_DOMAIN },
    allows: (mechanism, [key]) => mechanism === 'CURVE' && allowed.some((listed) => same(key, listed)),
  };
}

function makeSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Takes the same time wherever the two differ. */
function same(given: Buffer | undefined, expected: Buffer | string): boolean {
  const digest = (data: Buffer | string) => createHash('sha256').update(data).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}

const Z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Bytes of a text in Z85 (RFC 32 of ZeroMQ): five characters for four bytes, most significant first. */
function decodeZ85(text: string): Buffer {
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let i = 0; i < text.length; i += 5) {
    const digits = [...text.slice(i, i + 5)].map((character) => Z85.indexOf(character));
    bytes.writeUInt32BE(
      digits.reduce((sum, digit) => 85 * sum + digit, 0),
      (i / 5) * 4,
    );
  }
  return bytes;
}
