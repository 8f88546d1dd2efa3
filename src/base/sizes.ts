/** Sizes and times as people write them in options, the environment and the site's file, and as messages show them. */
import { EuphonicError } from './errors.js';

const BYTES: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const MILLISECONDS: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bytes of `8 GiB`, `8G`, `512M`, or of a number alone; prefixes are powers of 1024. Throws `invalid_argument`. */
export function parseBytes(text: string, where: string): number {
  const [, number, prefix = ''] = /^([\d.]+)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(number) * BYTES[prefix.toLowerCase()]);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new EuphonicError('invalid_argument', `${where} is '${text}'.`, {
    where,
    expected: 'a size such as 8G, 512M or a number of bytes',
  });
}

/** Milliseconds of `3d`, `12h`, `30min` or `90s`; infinite for `never`. Throws `invalid_argument`. */
export function parseDuration(text: string, where: string): number {
  if (text.trim() === 'never') return Number.POSITIVE_INFINITY;
  const [, number, unit = ''] = /^([\d.]+)\s*(s|min|h|d)$/.exec(text.trim()) ?? [];
  const milliseconds = Number(number) * MILLISECONDS[unit];
  if (Number.isFinite(milliseconds) && milliseconds > 0) return milliseconds;
  throw new EuphonicError('invalid_argument', `${where} is '${text}'.`, {
    where,
    expected: 'a time such as 3d, 12h, 30min or 90s, or never',
  });
}

/** `1.5 GiB` */
export function showBytes(bytes: number): string {
  const [unit, size] = bytes >= 2 ** 30 ? ['GiB', 2 ** 30] : ['MiB', 2 ** 20];
  const number = bytes / Number(size);
  return `${number < 1000 ? number.toPrecision(3) : number.toFixed(0)} ${unit}`;
}
