/** Who may connect: ZeroMQ asks here (ZAP, RFC 27) before it lets a peer send anything. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Router } from 'zeromq';
import { PLAIN_USERNAME } from '../protocol/connection.js';

const ZAP_ENDPOINT = 'inproc://zeromq.zap.01';
/** The security domain of the daemon's sockets. */
export const ZAP_DOMAIN = 'euphonic';

export interface Authentication {
  /** peers that were let in and turned away so far */
  readonly counters: { accepted: number; refused: number };
  close(): void;
}

/** Answers ZeroMQ's questions for the life of the process: user name and secret of the PLAIN mechanism must be right. */
export async function startAuthentication(secret: string): Promise<Authentication> {
  const counters = { accepted: 0, refused: 0 };
  const router = new Router({ linger: 0 });
  await router.bind(ZAP_ENDPOINT);
  void (async () => {
    for await (const frames of router) {
      // [peer, empty, version, request id, domain, address, identity, mechanism, credentials…]
      const [peer, empty, version, requestId, domain, , , mechanism, username, password] = frames;
      if (peer === undefined || requestId === undefined) continue;
      const right =
        text(version) === '1.0' &&
        text(domain) === ZAP_DOMAIN &&
        text(mechanism) === 'PLAIN' &&
        text(username) === PLAIN_USERNAME &&
        sameSecret(password, secret);
      counters[right ? 'accepted' : 'refused']++;
      const answer = right ? ['200', 'OK', PLAIN_USERNAME] : ['400', 'Not the secret of this daemon', ''];
      await router.send([peer, empty ?? '', '1.0', requestId, ...answer, '']);
    }
  })();
  return { counters, close: () => router.close() };
}

function text(frame: Buffer | undefined): string {
  return frame?.toString('latin1') ?? '';
}

/** Takes the same time wherever the two differ. */
function sameSecret(given: Buffer | undefined, secret: string): boolean {
  const digest = (data: Buffer | string) => createHash('sha256').update(data).digest();
  return timingSafeEqual(digest(given ?? ''), digest(secret));
}
