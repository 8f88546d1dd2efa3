/** Colours and dashes of lines by their labels, the same in all panels of a picture. */
import type { Line } from '../spectra/spectrum.js';
import { textWidth } from './font.js';
import type { Content } from './spec.js';
import { LINE_COLOURS, TOTAL_COLOUR } from './style.js';

interface LineStyle {
  colour: string;
  /** px, of lines and gaps in turns; none for a whole line */
  dash: readonly number[];
}
export type LineStyles = ReadonlyMap<string, LineStyle>;

/** Of lines of several files, which may lie on one another; those of species have colours alone. */
const DASHES = [[], [6, 3], [2, 2], [9, 3, 2, 3]];

/** Each label once, in order of appearance; what is of all species, with or without a label, has its own colour. */
export function stylesOf(lines: readonly Line[]): LineStyles {
  const labels = new Map(lines.map(({ label = '', species }) => [label, species]));
  const styles = new Map<string, LineStyle>();
  let [colours, dashes] = [0, 0];
  for (const [label, species] of labels) {
    if (label === '' || label === 'Total') styles.set(label, { colour: TOTAL_COLOUR, dash: [] });
    else {
      const colour = LINE_COLOURS[colours++ % LINE_COLOURS.length];
      styles.set(label, { colour, dash: species === undefined ? DASHES[dashes++ % DASHES.length] : [] });
    }
  }
  return styles;
}

/** Of a symbol and the space about it, in font sizes. */
const SYMBOL = 4;

/** Where lines differ: the names of all that have one, in as many columns as the width, in font sizes, has room for. */
export function legendOf(styles: LineStyles, width: number): Pick<Content, 'legend'> {
  const entries = [...styles].filter(([label]) => label !== '');
  const looks = new Set([...styles.values()].map(({ colour, dash }) => `${colour} ${dash}`));
  if (entries.length === 0 || looks.size < 2) return {};
  const widest = Math.max(...entries.map(([label]) => textWidth(label))) + SYMBOL;
  return {
    legend: {
      entries: entries.map(([label, style]) => ({ label, ...style })),
      columns: Math.max(1, Math.min(entries.length, Math.floor(width / widest))),
    },
  };
}
