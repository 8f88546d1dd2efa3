/**
 * What the administrator of a shared host allows each user's daemon: a YAML file with limits that no option, and no
 * variable of a user raises. It is read when a daemon starts.
 */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import * as v from 'valibot';
import { EuphonicError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { parseBytes, parseDuration } from '../../base/sizes.js';
import { MAX_THREADS } from '../../protocol/limits.js';
import { systemReason } from '../../runtime/files.js';
import { system } from '../../runtime/system.js';
import { MIN_MEMORY_BYTES } from './settings.js';

/** Which addresses a daemon may listen at, should its user ask for TCP. */
const TCP_RULES = ['none', 'loopback', 'any'] as const;

export interface SiteConfig {
  path: string;
  /** false: there is no such file, and nothing is limited */
  found: boolean;
  maxThreads: number;
  maxMemoryBytes: number;
  maxJobs: number;
  idleEndMs: number;
  readTimeMs: number;
  tcp: (typeof TCP_RULES)[number];
  /** for the room that has clusters, which checks it */
  cluster?: Record<string, unknown>;
}

const whole = (max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(max));
const sizeOrTime = v.union([v.pipe(v.number(), v.safeInteger(), v.minValue(1)), v.string()]);
const KEYS = {
  max_threads: { schema: whole(MAX_THREADS), words: `an integer from 1 to ${MAX_THREADS}` },
  max_memory: { schema: sizeOrTime, words: 'a size such as 16G' },
  max_jobs: { schema: whole(1e6), words: 'an integer from 1 to 1000000' },
  idle_end: { schema: v.string(), words: 'a time such as 12h, or never' },
  read_time: { schema: v.string(), words: 'a time such as 10min, or never' },
  tcp: { schema: v.picklist(TCP_RULES), words: TCP_RULES.join(', ') },
  cluster: { schema: v.record(v.string(), v.unknown()), words: 'keys and values' },
} as const;

/**
 * The site's limits; all infinite where there is no file. Throws `file_not_found` where EUPHONIC_SITE_CONFIG names none,
 * `file_unreadable`, and `file_damaged` for a file with an error in it: then no daemon starts, rather than one without limits.
 */
export function readSiteConfig(env: NodeJS.ProcessEnv = process.env): SiteConfig {
  const path = env.EUPHONIC_SITE_CONFIG || system.siteFile(env);
  const none: SiteConfig = {
    path,
    found: false,
    maxThreads: Number.POSITIVE_INFINITY,
    maxMemoryBytes: Number.POSITIVE_INFINITY,
    maxJobs: Number.POSITIVE_INFINITY,
    idleEndMs: Number.POSITIVE_INFINITY,
    readTimeMs: Number.POSITIVE_INFINITY,
    tcp: 'any',
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && !env.EUPHONIC_SITE_CONFIG) return none;
    throw new EuphonicError(
      missing ? 'file_not_found' : 'file_unreadable',
      `The site's limits cannot be read: ${systemReason(error)}.`,
      { where: path, advice: "Ask this computer's administrator." },
    );
  }
  const given = checkedContent(text, path);
  const { max_threads, max_memory, max_jobs, idle_end, read_time, tcp, cluster } = given;
  const site: SiteConfig = { ...none, found: true };
  if (max_threads !== undefined) site.maxThreads = max_threads;
  if (max_memory !== undefined) site.maxMemoryBytes = parseBytes(String(max_memory), `${path}: max_memory`);
  if (max_jobs !== undefined) site.maxJobs = max_jobs;
  if (idle_end !== undefined) site.idleEndMs = parseDuration(idle_end, `${path}: idle_end`);
  if (read_time !== undefined) site.readTimeMs = parseDuration(read_time, `${path}: read_time`);
  if (tcp !== undefined) site.tcp = tcp;
  if (cluster !== undefined) site.cluster = cluster;
  if (site.maxMemoryBytes < MIN_MEMORY_BYTES) {
    throw wrong(path, `max_memory is ${max_memory}`, `at least ${MIN_MEMORY_BYTES} bytes`);
  }
  return site;
}

type Content = { [K in keyof typeof KEYS]?: v.InferOutput<(typeof KEYS)[K]['schema']> };

function checkedContent(text: string, path: string): Content {
  let content: unknown;
  try {
    content = loadAll(text)[0] ?? {};
  } catch (error) {
    throw wrong(path, (error as Error).message.split('\n')[0] ?? 'it is not YAML', 'YAML');
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw wrong(path, 'it does not consist of keys and values', `lines such as max_threads: 8`);
  }
  for (const [key, value] of Object.entries(content)) {
    const rule = Object.hasOwn(KEYS, key) ? KEYS[key as keyof typeof KEYS] : undefined;
    if (!rule) {
      const near = nearest(key, Object.keys(KEYS));
      throw wrong(path, `there is no limit ${key}`, near ? `${near}?` : Object.keys(KEYS).join(', '));
    }
    if (!v.is(rule.schema as v.GenericSchema, value))
      throw wrong(path, `${key} is ${String(value)}`, rule.words);
  }
  return content as Content;
}

function wrong(path: string, what: string, expected: string): EuphonicError {
  return new EuphonicError('file_damaged', `The site's limits have an error: ${what}.`, {
    where: path,
    expected,
    advice: "Ask this computer's administrator.",
  });
}
