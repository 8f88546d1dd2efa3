/** What one daemon may use: options of its start, else the environment's, else defaults; and never more than the site allows. */
import { totalmem } from 'node:os';
import { EuphonicError } from '../../base/errors.js';
import { parseBytes, parseDuration, showBytes } from '../../base/sizes.js';
import type { ExecutorKind, ThreadBudget } from '../../compute/executor.js';
import type { StartLimits } from '../../runtime/startLimits.js';
import { system } from '../../runtime/system.js';
import { isLoopback, LOOPBACK, parseTcpAddress, type TcpAddress } from '../../runtime/tcpAddress.js';
import {
  DEFAULT_IDLE_END_MS,
  DEFAULT_READ_TIME_MS,
  MAX_JOBS,
  MEMORY_SHARE,
  MIN_MEMORY_BYTES,
  MODEL_STORE_BYTES,
  MODEL_STORE_SHARE,
} from './settings.js';
import { readSiteConfig, type SiteConfig } from './siteConfig.js';

export interface MemoryLimit {
  bytes: number;
  /** why that many */
  reason: string;
}

export interface DaemonConfig {
  threads: ThreadBudget;
  memory: MemoryLimit;
  modelStoreBytes: number;
  maxJobs: number;
  /** infinite: never */
  idleEndMs: number;
  /** infinite: none */
  readTimeMs: number;
  tcp: TcpAddress | undefined;
  site: Pick<SiteConfig, 'path' | 'found'>;
}

/** Throws `invalid_argument` for what is out of range or not allowed here, and what `readSiteConfig` throws. */
export function daemonConfig(
  limits: StartLimits,
  executor: Pick<ExecutorKind, 'availableThreads'>,
  env: NodeJS.ProcessEnv = process.env,
): DaemonConfig {
  const site = readSiteConfig(env);
  const memory = memoryLimit(limits.maxMemory, env, site);
  const idleEnd = duration(limits.idleEnd, '--idle-end', env, 'EUPHONIC_IDLE_END');
  const readTime = duration(limits.readTime, '--read-time', env, 'EUPHONIC_READ_TIME');
  return {
    threads: cappedThreads(threadBudget(limits.threads, executor, env), site),
    memory,
    modelStoreBytes: Math.min(MODEL_STORE_BYTES, Math.floor(memory.bytes * MODEL_STORE_SHARE)),
    maxJobs: Math.min(MAX_JOBS, site.maxJobs),
    idleEndMs: Math.min(idleEnd ?? DEFAULT_IDLE_END_MS, site.idleEndMs),
    readTimeMs: Math.min(readTime ?? DEFAULT_READ_TIME_MS, site.readTimeMs),
    tcp: tcpAddress(limits.tcp, site),
    site: { path: site.path, found: site.found },
  };
}

/** Milliseconds of a flag, else of a variable of the environment, else undefined. */
function duration(given: string | undefined, flag: string, env: NodeJS.ProcessEnv, variable: string) {
  if (given !== undefined) return parseDuration(given, flag);
  return env[variable] ? parseDuration(env[variable], variable) : undefined;
}

/** What was asked for, else the environment's, else what the executor finds. */
function threadBudget(
  asked: number | undefined,
  executor: Pick<ExecutorKind, 'availableThreads'>,
  env: NodeJS.ProcessEnv,
): ThreadBudget {
  if (asked !== undefined) return { threads: asked, reason: 'asked for when the daemon was started' };
  const text = env.EUPHONIC_MAX_THREADS?.trim();
  if (!text) return executor.availableThreads();
  const threads = Number(text);
  if (Number.isSafeInteger(threads) && threads >= 1) return { threads, reason: 'EUPHONIC_MAX_THREADS' };
  throw new EuphonicError('invalid_argument', `EUPHONIC_MAX_THREADS is '${text}'.`, {
    where: 'EUPHONIC_MAX_THREADS',
    expected: 'an integer ≥ 1',
  });
}

function cappedThreads(budget: ThreadBudget, site: SiteConfig): ThreadBudget {
  if (budget.threads <= site.maxThreads) return budget;
  return { threads: site.maxThreads, reason: `${site.path} allows no more` };
}

function memoryLimit(asked: string | undefined, env: NodeJS.ProcessEnv, site: SiteConfig): MemoryLimit {
  const named = asked ?? env.EUPHONIC_MAX_MEMORY;
  const where = asked ? '--max-memory' : 'EUPHONIC_MAX_MEMORY';
  const wanted = named ? { bytes: parseBytes(named, where), reason: where } : shareOfMachine();
  if (wanted.bytes < MIN_MEMORY_BYTES) {
    throw new EuphonicError('invalid_argument', `${wanted.reason}: ${wanted.bytes} bytes of memory.`, {
      where: named ? where : 'memory',
      expected: `at least ${MIN_MEMORY_BYTES} bytes`,
    });
  }
  if (wanted.bytes <= site.maxMemoryBytes) return wanted;
  return { bytes: site.maxMemoryBytes, reason: `${site.path} allows no more` };
}

function shareOfMachine(): MemoryLimit {
  const machine = totalmem();
  // 0 or a number beyond all machines where there is no limit
  const constrained = process.constrainedMemory();
  const isConstrained = constrained > 0 && constrained < machine;
  const whole = isConstrained ? constrained : machine;
  return {
    bytes: Math.max(MIN_MEMORY_BYTES, Math.floor(whole * MEMORY_SHARE)),
    reason: `${MEMORY_SHARE * 100} % of the ${isConstrained ? "container's" : "machine's"} ${showBytes(whole)}`,
  };
}

/** Where to listen over TCP; undefined: at local sockets. */
function tcpAddress(asked: string | undefined, site: SiteConfig): TcpAddress | undefined {
  if (asked !== undefined) return allowedAddress(asked, site);
  return system.hasLocalSockets ? undefined : { host: LOOPBACK, port: undefined };
}

function allowedAddress(text: string, site: SiteConfig): TcpAddress {
  const address = parseTcpAddress(text);
  // the loopback is what stands for local sockets where there are none
  const loopback = site.tcp === 'loopback' || !system.hasLocalSockets;
  if (site.tcp === 'any' || (loopback && isLoopback(address))) return address;
  throw new EuphonicError('invalid_argument', `The site does not allow to listen at ${address.host}.`, {
    where: site.path,
    expected: loopback ? 'an address of this host alone, 127.0.0.1' : 'no TCP at all',
    advice: "Start without --tcp, or ask this computer's administrator.",
  });
}
