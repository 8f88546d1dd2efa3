/**
 * YAML files with millions of numbers, for which a YAML library takes minutes: the text is cut at its top-level keys, the sections
 * that are asked for go to the library, and one long list of numbers can be left out. Aliases are followed from section to section.
 */
import { CORE_SCHEMA, load, mergeTag, type YAMLException } from 'js-yaml';
import { EuphonicError } from '../../base/errors.js';
import { lineAt } from './numbers.js';

/** Largest text that goes to the library where all of it has to, since it has aliases or force constants in an unusual form. */
export const MAX_YAML_BYTES = 2 ** 24;

/** Most aliases in a file. */
export const MAX_YAML_ALIASES = 1_000_000;

export type Yaml = Record<string, unknown>;

export interface Range {
  start: number;
  end: number;
}

/** The first key of a block, behind directives, comments and the mark of a document. */
const FIRST_KEY =
  /^\uFEFF?(%.*\n)*(---[^\n]*\n)?(\s*(#.*)?\n)*(?<quote>["']?)[A-Za-z_][A-Za-z_0-9 ]*\k<quote>\s*:(\s|$)/;

/** Whether a text may be YAML with keys at the top level. */
export function isYaml(start: Buffer): boolean {
  return FIRST_KEY.test(start.toString('utf8').replaceAll('\r\n', '\n'));
}

export class YamlSections {
  private readonly bytes: Buffer;
  private readonly name: string;
  /** in the order of the file; the first of equal keys counts */
  private readonly sections: ReadonlyMap<string, Range>;

  /** `name` is the file that messages name. */
  constructor(bytes: Buffer, name: string) {
    this.bytes = bytes;
    this.name = name;
    this.sections = cut(bytes);
  }

  has(key: string): boolean {
    return this.sections.has(key);
  }

  /**
   * The list of numbers that is the value of a key of a section's block, not in quotation marks or brackets around the block;
   * undefined if there is none.
   */
  list(section: string, key: string): Range | undefined {
    const block = this.sections.get(section);
    if (!block) return undefined;
    const bytes = this.bytes;
    for (
      let at = bytes.indexOf(key, block.start);
      at >= 0 && at < block.end;
      at = bytes.indexOf(key, at + 1)
    ) {
      const lineStart = bytes.lastIndexOf('\n', at) + 1;
      const before = bytes.toString('latin1', lineStart, at);
      const colon = /^["']?\s*:(?=\s)/.exec(bytes.toString('latin1', at + key.length, at + key.length + 80));
      if (!/^ +["']?$/.test(before) || !colon) continue;
      const start = at + key.length + colon[0].length;
      return { start, end: endOfValue(bytes, start, block.end, before.replace(/["']$/, '').length) };
    }
    return undefined;
  }

  /** Whether there may be anchors or aliases in a range. */
  isLinked({ start, end }: Range): boolean {
    return ['&', '*'].some((mark) => {
      const at = this.bytes.indexOf(mark, start);
      return at >= 0 && at < end;
    });
  }

  /**
   * The sections with the keys `keys`, parsed, but for the range `without`.
   * Throws `file_damaged` with the line for what is not YAML, `too_large` for more aliases, or more text, than is allowed.
   */
  parse(keys: readonly string[], without?: Range): Yaml {
    const chosen = keys.flatMap((key) => this.sections.get(key) ?? []);
    const isAliased = chosen.some((range) => ALIAS.test(this.text(range, without)));
    if (!isAliased) {
      return Object.assign({}, ...chosen.map((range) => this.parsed([range], without)));
    }
    // what an alias stands for may be in any section
    const ranges = [...this.sections.values()].filter(
      (range) => chosen.includes(range) || this.isLinked(range),
    );
    return this.parsed(ranges, without);
  }

  private text({ start, end }: Range, without: Range | undefined): string {
    const text = (from: number, to: number) => this.bytes.toString('utf8', from, to);
    if (!without || without.start < start || without.end > end) return text(start, end);
    return `${text(start, without.start)}\n${text(without.end, end)}`;
  }

  private parsed(ranges: Range[], without: Range | undefined): Yaml {
    const text = ranges.map((range) => this.text(range, without)).join('');
    const where = `${this.name}, after line ${lineAt(this.bytes, ranges[0].start)}`;
    if (text.length > MAX_YAML_BYTES) {
      throw new EuphonicError('too_large', `${this.name} has ${text.length} bytes of unusual YAML.`, {
        where,
        expected: `at most MAX_YAML_BYTES = ${MAX_YAML_BYTES}`,
        advice: AS_PHONOPY_DOES,
      });
    }
    try {
      const value = load(text, { schema: SCHEMA, maxAliases: MAX_YAML_ALIASES });
      return isMap(value) ? value : {};
    } catch (error) {
      const reason = (error as YAMLException).reason ?? (error as Error).message;
      const isTooMany = reason.includes('maxAliases');
      throw new EuphonicError(
        isTooMany ? 'too_large' : 'file_damaged',
        isTooMany
          ? `${this.name} has too many YAML aliases.`
          : `${this.name} is not valid YAML after line ${lineAt(this.bytes, ranges[0].start)}: ${reason}.`,
        {
          where,
          ...(isTooMany && { expected: `at most MAX_YAML_ALIASES = ${MAX_YAML_ALIASES}` }),
          advice: isTooMany ? AS_PHONOPY_DOES : 'Write or copy the file again.',
        },
      );
    }
  }
}

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

const AS_PHONOPY_DOES =
  'Write the file with Phonopy.save; with PyYAML set Dumper.ignore_aliases = lambda *args: True before yaml.dump.';

const ALIAS = /(^|[\s,:[{-])\*[^\s,\]}]/;

export function isMap(value: unknown): value is Yaml {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const [NEWLINE, SPACE] = [0x0a, 0x20];
const isLetter = (byte: number) =>
  (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
const isQuote = (byte: number) => byte === 0x22 || byte === 0x27;

/** Byte ranges of the top-level keys; marks of documents end a section. */
function cut(bytes: Buffer): Map<string, Range> {
  const starts: { key?: string; start: number }[] = [];
  const first = bytes.subarray(0, 3).equals(Buffer.from('\uFEFF')) ? 3 : 0;
  for (let line = first; line >= 0 && line < bytes.length; ) {
    const byte = bytes[line];
    if (isLetter(byte) || isQuote(byte)) {
      const match = /^(["']?)(\w+)\1\s*:/.exec(bytes.toString('latin1', line, line + 80));
      if (match) starts.push({ key: match[2], start: line });
    } else if (/^(---|\.\.\.)\s/.test(`${bytes.toString('latin1', line, line + 4)}\n`)) {
      starts.push({ start: line });
    }
    const end = bytes.indexOf(NEWLINE, line);
    line = end < 0 ? -1 : end + 1;
  }
  const sections = new Map<string, Range>();
  starts.forEach(({ key, start }, i) => {
    if (key === undefined || sections.has(key)) return;
    sections.set(key, { start, end: starts[i + 1]?.start ?? bytes.length });
  });
  return sections;
}

/** Where the value ends that begins at `start`: at the next line with a key that stands no deeper than `indent`. */
function endOfValue(bytes: Buffer, start: number, blockEnd: number, indent: number): number {
  for (let line = bytes.indexOf(NEWLINE, start) + 1; line > 0 && line < blockEnd; ) {
    let at = line;
    while (bytes[at] === SPACE && at - line <= indent) at++;
    if (at - line <= indent && (isLetter(bytes[at]) || isQuote(bytes[at]))) return line;
    line = bytes.indexOf(NEWLINE, line) + 1;
  }
  return blockEnd;
}
