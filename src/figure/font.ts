/** The font of pictures: it is shipped, so that they are the same on every machine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const FONT = 'DejaVu Sans';

export const fontFile = (): string =>
  createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

let widths: ((text: string) => number) | undefined;

/** The width of a text in units of the font's size. */
export function textWidth(text: string): number {
  widths ??= measureOf(readFileSync(fontFile()));
  return widths(text);
}

/** From a TrueType file (OpenType specification: tables head, hhea, hmtx, and cmap in format 12). */
function measureOf(file: Buffer): (text: string) => number {
  const tables = new Map<string, Buffer>();
  for (let i = 0; i < file.readUInt16BE(4); i++) {
    const entry = 12 + 16 * i;
    const start = file.readUInt32BE(entry + 8);
    const table = file.subarray(start, start + file.readUInt32BE(entry + 12));
    tables.set(file.toString('latin1', entry, entry + 4), table);
  }
  const [head, hhea, hmtx] = ['head', 'hhea', 'hmtx'].map((name) => tables.get(name)!);
  const unitsPerEm = head.readUInt16BE(18);
  const lastMetric = hhea.readUInt16BE(34) - 1;
  const glyphOf = glyphsOf(tables.get('cmap')!);
  const advance = (character: string) =>
    hmtx.readUInt16BE(4 * Math.min(glyphOf(character.codePointAt(0)!), lastMetric)) / unitsPerEm;
  return (text) => [...text].reduce((sum, character) => sum + advance(character), 0);
}

/** Glyphs of code points; 0, the sign of what is missing, for those that the font does not have. */
function glyphsOf(cmap: Buffer): (code: number) => number {
  const subtables = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) =>
    cmap.subarray(cmap.readUInt32BE(8 + 8 * i)),
  );
  const ranges = subtables.find((subtable) => subtable.readUInt16BE(0) === 12)!;
  const groups = Array.from({ length: ranges.readUInt32BE(12) }, (_, i) => {
    const at = 16 + 12 * i;
    return [ranges.readUInt32BE(at), ranges.readUInt32BE(at + 4), ranges.readUInt32BE(at + 8)] as const;
  });
  return (code) => {
    const group = groups.find(([first, last]) => first <= code && code <= last);
    return group ? group[2] + code - group[0] : 0;
  };
}
