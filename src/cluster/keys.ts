/** Keys of a cluster, made at its start and worth nothing after its end: a certificate for TLS, and an nkey for each role. */
import { createUser } from '@nats-io/nkeys';
import { generate } from 'selfsigned';
import type { GatewayFile } from './files.js';

/** What the certificate is for, whatever addresses the engine is reached by: a client pins the certificate itself. */
export const SERVER_NAME = 'euphonic-engine';

/** The certificate outlives every cluster. */
const VALID_MS = 10 * 365 * 86_400_000;
/** Clocks of machines differ. */
const VALID_BEFORE_MS = 86_400_000;

type Keys = Pick<GatewayFile, 'certificate' | 'private_key' | 'gateway_seed' | 'worker_seed' | 'system_seed'>;

export async function makeKeys(): Promise<Keys> {
  const now = Date.now();
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: SERVER_NAME }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - VALID_BEFORE_MS),
    notAfterDate: new Date(now + VALID_MS),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: SERVER_NAME }] }],
  });
  const seed = () => Buffer.from(createUser().getSeed()).toString('latin1');
  return {
    certificate: cert,
    private_key: privateKey,
    gateway_seed: seed(),
    worker_seed: seed(),
    system_seed: seed(),
  };
}
