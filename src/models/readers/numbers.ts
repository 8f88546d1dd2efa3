/** Numbers out of large texts, without making strings of anything else. */

/** What is wrong with a text, and in which line (from 1). */
export class NotNumbers extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

const [TAB, NEWLINE, RETURN, SPACE, HASH, COMMA, MINUS, OPEN, CLOSE] = [...'\t\n\r #,-[]'].map((c) =>
  c.charCodeAt(0),
);

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?$/;

/** The number that a word is, also with Fortran's exponents (1.5D-3); NaN if it is none, or none that is finite. */
export function numberOf(word: string): number {
  if (!NUMBER.test(word)) return Number.NaN;
  const plain = Number(word);
  const value = Number.isNaN(plain) ? Number(word.replace(/[dD]/, 'e')) : plain;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The words that `#` or `!` does not make a comment of. */
export const wordsOf = (line: string): string[] =>
  line
    .replace(/[#!].*/, '')
    .trim()
    .split(/\s+/)
    .filter(Boolean);

/** Lines of text, whichever system's line ends it has, without the mark that tells of UTF-8. */
export const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);

/** Bytes that part numbers. */
const isBlank = (byte: number) => byte === SPACE || byte === NEWLINE || byte === TAB || byte === RETURN;

/**
 * All numbers in `bytes`: parted by blanks, commas, brackets and the dashes of YAML lists; `#` starts a comment. There must
 * be `count` of them, all finite. Throws `NotNumbers`.
 */
export function scanNumbers(bytes: Buffer, count: number): Float64Array {
  // a number and what parts it from the next take two bytes at least
  if (count > bytes.length) throw new NotNumbers(`There is no room for ${count} numbers.`, 1);
  const numbers = new Float64Array(count);
  let found = 0;
  let line = 1;
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i];
    if (byte === NEWLINE) line++;
    if (byte === HASH) {
      while (i < bytes.length && bytes[i] !== NEWLINE) i++;
    } else if (
      isBlank(byte) ||
      byte === COMMA ||
      byte === OPEN ||
      byte === CLOSE ||
      (byte === MINUS && isBlank(bytes[i + 1]))
    ) {
      i++;
    } else {
      const start = i;
      while (
        i < bytes.length &&
        !isBlank(bytes[i]) &&
        bytes[i] !== COMMA &&
        bytes[i] !== CLOSE &&
        i - start < 40
      )
        i++;
      const text = bytes.toString('latin1', start, i);
      const value = numberOf(text);
      if (Number.isNaN(value)) throw new NotNumbers(`${JSON.stringify(text)} is not a number.`, line);
      if (found === count) throw new NotNumbers(`There are more than ${count} numbers.`, line);
      numbers[found++] = value;
    }
  }
  if (found < count) throw new NotNumbers(`There are ${found} numbers instead of ${count}.`, line);
  return numbers;
}

/** Line (from 1) that `offset` lies in. */
export function lineAt(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let i = bytes.indexOf(NEWLINE); i >= 0 && i < offset; i = bytes.indexOf(NEWLINE, i + 1)) line++;
  return line;
}
