/** Where a daemon listens that was asked to be reached over TCP. */

import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { EuphonicError } from '../base/errors.js';

export interface TcpAddress {
  /** IPv4 address of this host; 0.0.0.0 for all of its interfaces */
  host: string;
  /** of the work socket, the control socket has the next one; undefined: any two that are free */
  port: number | undefined;
}

export const LOOPBACK = '127.0.0.1';
const ALL_INTERFACES = '0.0.0.0';
/** Largest port of the work socket: the control socket has the next one. */
const MAX_PORT = 65_534;

/** `address[:port]`, an IPv4 address or localhost. Throws `invalid_argument`. */
export function parseTcpAddress(text: string): TcpAddress {
  const [name = '', portText, ...rest] = text.split(':');
  const host = name === 'localhost' || name === '' ? LOOPBACK : name;
  const port = portText === undefined ? undefined : Number(portText);
  const portFits = port === undefined || (Number.isInteger(port) && port >= 1 && port <= MAX_PORT);
  if (isIPv4(host) && portFits && rest.length === 0) return { host, port };
  throw new EuphonicError('invalid_argument', `A daemon cannot listen at '${text}'.`, {
    where: '--tcp',
    expected: `an IPv4 address of this host, or address:port with a port from 1 to ${MAX_PORT}`,
    advice: 'Without an address, clients of this host alone can connect (127.0.0.1).',
  });
}

export function isLoopback({ host }: TcpAddress): boolean {
  return host.startsWith('127.');
}

/** What to bind; `*` stands for a free port. */
export function tcpEndpoints({ host, port }: TcpAddress): { work: string; control: string } {
  return {
    work: `tcp://${host}:${port ?? '*'}`,
    control: `tcp://${host}:${port === undefined ? '*' : port + 1}`,
  };
}

/** What clients are told: the port that was taken, at a name that other hosts know. */
export function reachable(bound: string): string {
  return bound.replace(`//${ALL_INTERFACES}:`, `//${hostname()}:`);
}
