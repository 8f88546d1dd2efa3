/** Who may connect: ZeroMQ asks here (ZAP, RFC 27) before it lets a peer send anything. */
import { Router } from 'zeromq';
import { REFUSED_BUSY } from '../../protocol/limits.js';
import type { ConnectionLimit } from './connectionLimit.js';
import { type Security, ZAP_DOMAIN } from './security.js';

const ZAP_ENDPOINT = 'inproc://zeromq.zap.01';

export interface Authentication {
  /** peers that were let in and turned away so far */
  readonly counters: { accepted: number; refused: number; refused_busy: number };
  close(): void;
}

/** Answers ZeroMQ's questions for the life of the process. */
export async function startAuthentication(
  security: Security,
  limit: ConnectionLimit,
): Promise<Authentication> {
  const counters = { accepted: 0, refused: 0, refused_busy: 0 };
  const router = new Router({ linger: 0 });
  await router.bind(ZAP_ENDPOINT);
  const judge = (version: string, domain: string, mechanism: string, credentials: Buffer[]) => {
    const known = version === '1.0' && domain === ZAP_DOMAIN && security.allows(mechanism, credentials);
    if (!known) {
      counters.refused++;
      return ['400', 'Not the secret of this daemon', ''];
    }
    if (!limit.enter()) {
      counters.refused_busy++;
      return [String(REFUSED_BUSY), 'Too many connections', ''];
    }
    counters.accepted++;
    return ['200', 'OK', 'euphonic'];
  };
  void (async () => {
    for await (const frames of router) {
      // [peer, empty, version, request id, domain, address, identity, mechanism, credentials…]
      const [peer, empty, version, requestId, domain, , , mechanism, ...credentials] = frames;
      if (peer === undefined || requestId === undefined) continue;
      const answer = judge(text(version), text(domain), text(mechanism), credentials);
      await router.send([peer, empty ?? '', '1.0', requestId, ...answer, '']);
    }
  })();
  return { counters, close: () => router.close() };
}

function text(frame: Buffer | undefined): string {
  return frame?.toString('latin1') ?? '';
}
