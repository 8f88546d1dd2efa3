/** A large array of numbers, taken out of JSON text piece by piece: neither the text nor a tree of it is ever whole. */

/** Numbers gathered at a time. */
const CHUNK = 2 ** 17;
/** A number in JSON, and more bytes than any program writes for one. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;
const LONGEST_NUMBER = 64;

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA, BACKSLASH] = [...'\t\n\r ",\\'].map((c) => c.charCodeAt(0));
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT, COLON] = [...'[]{}:'].map((c) => c.charCodeAt(0));
const isBlank = (byte: number) => byte === SPACE || byte === NEWLINE || byte === TAB || byte === RETURN;

export interface TakenNumbers {
  /** the text with an empty array in place of the numbers */
  rest: string;
  numbers: Float64Array;
  /** lengths of the nested arrays, the outermost first */
  shape: number[];
}

/**
 * Takes the array of `key` in the outermost object out. Undefined where there is none, or one that is not of numbers alone in
 * arrays of equal lengths: the text as a whole says then what is wrong with it.
 */
export async function takeNumbers(
  pieces: AsyncIterable<Uint8Array>,
  key: string,
): Promise<TakenNumbers | undefined> {
  const outside = new Outside(key);
  let inside: NumberArray | undefined;
  for await (const piece of pieces) {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (!inside || inside.isDone) {
      const at = outside.scan(bytes);
      if (at < 0) continue;
      if (inside) return undefined; // the key is there twice
      inside = new NumberArray();
      bytes = bytes.subarray(at);
    }
    const end = inside.scan(bytes);
    if (inside.isOdd) return undefined;
    if (inside.isDone && outside.scan(bytes.subarray(end)) >= 0) return undefined;
  }
  return inside?.isDone
    ? { rest: outside.text(), numbers: inside.numbers(), shape: inside.shape }
    : undefined;
}

/** The text around the array. */
class Outside {
  private readonly kept: Buffer[] = [];
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** the last string in the outermost object, and whether a colon came behind it */
  private name: number[] = [];
  private isValue = false;

  constructor(private readonly key: string) {}

  text(): string {
    return Buffer.concat(this.kept).toString('utf8');
  }

  /** Keeps bytes up to the array, whose first bracket is at the offset that is returned; −1: all of them. */
  scan(bytes: Buffer): number {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (this.inString) {
        this.inString = this.isEscaped || byte !== QUOTE;
        this.isEscaped = !this.isEscaped && byte === BACKSLASH;
        if (this.inString && this.depth === 1 && this.name.length <= this.key.length) this.name.push(byte);
      } else if (byte === OPEN && this.depth === 1 && this.isValue && this.isKey()) {
        this.kept.push(Buffer.from(bytes.subarray(0, i)), Buffer.from('[]'));
        this.isValue = false;
        return i;
      } else this.outsideString(byte);
    }
    this.kept.push(Buffer.from(bytes));
    return -1;
  }

  private outsideString(byte: number): void {
    if (byte === QUOTE) {
      this.inString = true;
      this.name = [];
    } else if (byte === OPEN || byte === OPEN_OBJECT) this.depth++;
    else if (byte === CLOSE || byte === CLOSE_OBJECT) this.depth--;
    if (!isBlank(byte)) this.isValue = byte === COLON;
  }

  private isKey(): boolean {
    return Buffer.from(this.name).toString('latin1') === this.key;
  }
}

/** Nested arrays of numbers, from the first bracket to the last. */
class NumberArray {
  readonly shape: number[] = [];
  isDone = false;
  /** it is not what is expected */
  isOdd = false;
  private readonly chunks: Float64Array[] = [];
  private filled = CHUNK;
  private depth = 0;
  private deepest = 0;
  /** entries so far of the arrays that are open */
  private readonly counts: number[] = [];
  /** a value or the first bracket may come; else a comma or a closing bracket */
  private expectsValue = true;
  private begun = '';

  /** Takes bytes, and returns the offset behind the last bracket, or where it stopped. */
  scan(bytes: Buffer): number {
    for (let i = 0; i < bytes.length; ) {
      const byte = bytes[i];
      if (this.begun === '' && (isBlank(byte) || byte === COMMA || byte === OPEN || byte === CLOSE)) {
        this.punctuation(byte);
        i++;
        if (this.isDone || this.isOdd) return i;
        continue;
      }
      const start = i;
      while (i < bytes.length && !isBlank(bytes[i]) && bytes[i] !== COMMA && bytes[i] !== CLOSE) {
        if (++i - start > LONGEST_NUMBER) break;
      }
      const text = this.begun + bytes.toString('latin1', start, i);
      const goesOn = i === bytes.length;
      this.begun = goesOn ? text : '';
      if (text.length > LONGEST_NUMBER || (!goesOn && !this.add(text))) {
        this.isOdd = true;
        return i;
      }
    }
    return bytes.length;
  }

  /** All numbers in a row; what they were gathered in is given up. */
  numbers(): Float64Array {
    const whole = Math.max(0, this.chunks.length - 1);
    const out = new Float64Array(whole * CHUNK + (this.chunks.length > 0 ? this.filled : 0));
    for (let k = 0; this.chunks.length > 0; k++) {
      const chunk = this.chunks.shift()!;
      out.set(this.chunks.length > 0 ? chunk : chunk.subarray(0, this.filled), k * CHUNK);
    }
    return out;
  }

  private add(text: string): boolean {
    if (!this.expectsValue || this.depth === 0 || !NUMBER.test(text)) return false;
    if (this.deepest !== 0 && this.depth !== this.deepest) return false;
    this.deepest = this.depth;
    if (this.filled === CHUNK) {
      this.chunks.push(new Float64Array(CHUNK));
      this.filled = 0;
    }
    const value = Number(text);
    this.chunks[this.chunks.length - 1][this.filled++] = value;
    this.counts[this.depth - 1]++;
    this.expectsValue = false;
    return Number.isFinite(value);
  }

  private punctuation(byte: number): void {
    if (isBlank(byte)) return;
    if (byte === OPEN) {
      this.isOdd = !this.expectsValue || (this.deepest !== 0 && this.depth >= this.deepest);
      if (this.depth > 0) this.counts[this.depth - 1]++;
      this.counts[this.depth++] = 0;
    } else if (byte === COMMA) {
      this.isOdd = this.expectsValue;
      this.expectsValue = true;
    } else {
      const length = this.counts[--this.depth];
      this.shape[this.depth] ??= length;
      this.isOdd = this.expectsValue || this.shape[this.depth] !== length;
      this.expectsValue = false;
      this.isDone = this.depth === 0;
    }
  }
}
