/** Checks of a decoded request against `messages.ts`: what passes here, the daemon trusts. */
import * as v from 'valibot';
import { EuphonicError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import {
  type ArrayFrame,
  type CheckedParams,
  type Dimension,
  type FrameRule,
  type Method,
  PARAMS,
  REQUEST_FRAMES,
  type Request,
} from './messages.js';

interface CheckedRequest<M extends Method> {
  params: CheckedParams<M>;
  frames: Map<string, ArrayFrame>;
}

/** Throws `unknown_method`, with the nearest of `methods`, unless the request's method is one of them. */
export function checkMethod<M extends Method>(method: string, methods: readonly M[]): M {
  if ((methods as readonly string[]).includes(method)) return method as M;
  const near = nearest(method, methods);
  throw new EuphonicError('unknown_method', `There is no method ${quoted(method)} on this socket.`, {
    where: 'method',
    expected: methods.join(', '),
    ...(near === undefined ? {} : { advice: `Did you mean ${near}?` }),
  });
}

/** Parameters with defaults, and the array frames by name. Throws `unknown_option`, `invalid_argument` or `bad_message`. */
export function checkRequest<M extends Method>(method: M, request: Request): CheckedRequest<M> {
  const params = checkParams(method, request.params);
  return { params, frames: checkFrames(method, params, request.frames) };
}

/** The parameters with defaults filled in. Throws `unknown_option` or `invalid_argument`. */
export function checkParams<M extends Method>(method: M, params: Record<string, unknown>): CheckedParams<M> {
  const schema = PARAMS[method];
  const entries: Record<string, v.GenericSchema> = schema.entries;
  for (const key of Object.keys(params)) {
    if (!Object.hasOwn(entries, key)) throw unknownOption(method, key, Object.keys(entries));
  }
  const parsed = v.safeParse(schema, params, { abortEarly: true });
  if (parsed.success) return parsed.output as CheckedParams<M>;
  const issue = parsed.issues[0];
  const path = issue.path?.map((item) => String(item.key)) ?? [];
  const name = path[0] ?? 'params';
  const entry = entries[name];
  const missing = !Object.hasOwn(params, name);
  throw new EuphonicError(
    'invalid_argument',
    missing ? `${method} needs ${name}.` : `${name} is ${quoted(params[name])}.`,
    {
      where: path.join('.'),
      expected: (entry && v.getDescription(entry)) ?? issue.expected ?? issue.message,
    },
  );
}

function unknownOption(method: string, key: string, known: string[]): EuphonicError {
  const near = nearest(key, known);
  return new EuphonicError('unknown_option', `${method} knows no option ${quoted(key)}.`, {
    where: key.slice(0, 80),
    expected: known.length > 0 ? known.join(', ') : 'no parameters',
    ...(near === undefined ? {} : { advice: `Did you mean ${near}?` }),
  });
}

/** A value as it appears in a message: JSON, cut where it is long. */
function quoted(value: unknown): string {
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return json.length > 120 ? `${json.slice(0, 117)}…` : json;
}

function checkFrames(method: Method, params: object, frames: readonly ArrayFrame[]): Map<string, ArrayFrame> {
  const rules = REQUEST_FRAMES[method] ?? {};
  const byName = new Map<string, ArrayFrame>();
  for (const frame of frames) {
    if (byName.has(frame.name))
      throw badFrame(`There are two frames ${quoted(frame.name)}.`, frame.name, 'each once');
    if (!Object.hasOwn(rules, frame.name)) {
      const known = Object.keys(rules);
      const near = nearest(frame.name, known);
      throw new EuphonicError('unknown_option', `${method} takes no frame ${quoted(frame.name)}.`, {
        where: 'frames',
        expected: known.length > 0 ? known.join(', ') : 'no frames',
        ...(near === undefined ? {} : { advice: `Did you mean ${near}?` }),
      });
    }
    byName.set(frame.name, frame);
  }
  const sizes = new Map<string, number>();
  if ('count' in params) sizes.set('count', params.count as number);
  for (const [name, rule] of Object.entries(rules)) {
    const frame = byName.get(name);
    if (frame) checkFrame(frame, rule, sizes);
    else if (!rule.optional) throw badFrame(`${method} needs the frame ${name}.`, name, describeRule(rule));
  }
  return byName;
}

function checkFrame(frame: ArrayFrame, rule: FrameRule, sizes: Map<string, number>): void {
  const matches = (dimension: Dimension, size: number) => {
    if (typeof dimension === 'number') return size === dimension;
    const [letter, factor] = dimension === '3n' ? ['n', 3] : [dimension, 1];
    const known = sizes.get(letter);
    if (known !== undefined) return size === factor * known;
    sizes.set(letter, size / factor);
    return Number.isInteger(size / factor);
  };
  const shapeFits =
    frame.shape.length === rule.shape.length && rule.shape.every((dim, i) => matches(dim, frame.shape[i]));
  if (frame.dtype === rule.dtype && shapeFits) return;
  const known = [...sizes].map(([letter, size]) => `${letter} = ${size}`).join(', ');
  throw badFrame(
    `The frame ${frame.name} is ${frame.dtype} [${frame.shape.join(', ')}].`,
    frame.name,
    describeRule(rule) + (known ? ` with ${known}` : ''),
  );
}

function describeRule(rule: FrameRule): string {
  return `${rule.dtype} [${rule.shape.join(', ')}]`;
}

function badFrame(message: string, where: string, expected: string): EuphonicError {
  return new EuphonicError('invalid_argument', message, { where, expected });
}
