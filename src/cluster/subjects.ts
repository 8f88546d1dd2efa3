/** Subjects of the engine, and how a connection to it is made. */
import {
  type ConnectionOptions,
  connect,
  type NatsConnection,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { SERVER_NAME } from './keys.js';

export const ACCOUNT = 'EU';
export const STREAM = 'chunks';
export const CHUNKS = 'eu.chunk.>';
export const ALL = 'eu.all';
/** Where results, claims and questions of workers go. */
export const FROM_WORKERS = {
  claim: 'eu.claim',
  result: 'eu.result',
  get: 'eu.get',
  hello: 'eu.hello',
  load: 'eu.load',
  bye: 'eu.bye',
} as const;
export const DISCONNECTS = `$SYS.ACCOUNT.${ACCOUNT}.DISCONNECT`;

/** Answers come back by subjects that only their side may listen to. */
export const GATEWAY_INBOX = '_INBOX_gateway';
export const WORKER_INBOX = '_INBOX_worker';

export const chunkSubject = (className: string, job: string) => `eu.chunk.${className}.${job}`;
export const consumerName = (className: string) => `workers-${className}`;
/** Where chunks come to a worker, from pulls and from the gateway. */
export const deliveriesOf = (worker: string) => `${WORKER_INBOX}.pull.${worker}`;
/** Where the gateway says to a worker that it has the results of a chunk, whose name is the end of the subject. */
export const receiptsOf = (worker: string) => `${WORKER_INBOX}.done.${worker}.`;
export const nextSubject = (className: string) =>
  `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.${consumerName(className)}`;

/** What a worker's key may do: nothing that makes chunks, takes them from the stream, or reads results of others. */
export const WORKER_RIGHTS = {
  publish: [...Object.values(FROM_WORKERS), `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.*`, `$JS.ACK.${STREAM}.>`],
  subscribe: [`${WORKER_INBOX}.>`, ALL],
};

/** A message of at most this size is taken by the engine. */
export const MAX_PAYLOAD = 8 * 2 ** 20;

/** A side that does not hear from the other for twice this long takes the connection for lost. */
export const PING_MS = 2000;

/** An answer that has not come within this time is lost. */
export const ANSWER_MS = 10_000;
/** What failed for want of a connection is tried again. */
export const RETRY_MS = 50;

/** A connection that is not made within this time is tried again. */
const CONNECT_MS = 3000;
const RECONNECT_MS = 50;

/** The engine's unit of time, nanoseconds, in a millisecond. */
export const NANOS = 1_000_000;

export type Connection = NatsConnection;

/** Connects, and again whenever the connection is lost; `wait` also where nobody is there at first. */
export function connectTo(
  to: { urls: string[]; certificate: string; seed: string },
  own: Pick<ConnectionOptions, 'name' | 'inboxPrefix' | 'waitOnFirstConnect'>,
): Promise<Connection> {
  const tls = { handshakeFirst: true, ca: to.certificate, servername: SERVER_NAME };
  return connect({
    servers: to.urls,
    tls,
    authenticator: nkeyAuthenticator(Buffer.from(to.seed)),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    reconnectJitterTLS: RECONNECT_MS,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    ...own,
  });
}

/** What tells a connection from all others, also after the engine has been started anew. */
export const connectionId = (serverId: string, clientId: number) => `${serverId}.${clientId}`;

export function ownConnectionId({ info }: Connection): string {
  return connectionId(info?.server_id ?? '', info?.client_id ?? 0);
}
