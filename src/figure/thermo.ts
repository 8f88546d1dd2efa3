/** Pictures of thermodynamic functions over temperature: heat capacity and entropy, and beside them energies. */
import type { Thermodynamics } from '../spectra/thermo.js';
import type { PictureOptions } from './choices.js';
import { legendOf, stylesOf } from './lineStyles.js';
import { linesMark } from './lines.js';
import type { Content, Panel, Part, Scale } from './spec.js';
import { fontSizeOf } from './style.js';

/** Beyond the extremes, relative. */
const MARGIN = 0.04;

const PARTS = [
  { table: 'heat', title: 'J mol⁻¹ K⁻¹', lines: { Cv: 'heatCapacity', S: 'entropy' } },
  { table: 'energies', title: 'kJ mol⁻¹', lines: { F: 'freeEnergy', U: 'internalEnergy' } },
] as const;

export function thermoContent(
  found: Thermodynamics,
  options: PictureOptions,
  area: { width: number; height: number },
): Content {
  const { temperature } = found;
  const styles = stylesOf(PARTS.flatMap(({ lines }) => Object.keys(lines).map((label) => ({ label }))));
  const gap = 3 * fontSizeOf(options);
  const width = (area.width - gap) / 2;
  const [first, last] = [temperature[0], temperature[temperature.length - 1]];
  // one temperature makes no line
  const isOne = first === last;
  const ends: readonly [number, number] = isOne ? [Math.max(0, first - 10), last + 10] : [first, last];
  const tables = PARTS.map(({ table, lines }) => ({
    name: table,
    values: Object.entries(lines).flatMap(([name, key]) =>
      temperature.map((x, k) => ({ x, y: found[key][k], line: name, name, ...styles.get(name) })),
    ),
  }));
  const panels = PARTS.map(({ table, title, lines }, i): Panel => {
    const words = `${Object.keys(lines).join(', ')} (${title})`;
    const across: Scale = { name: `temperature${i}`, of: 'T (K)', domain: ends };
    const up: Scale = { name: table, of: words, domain: rangeOf(tables[i].values.map(({ y }) => y)) };
    return {
      x: i * (width + gap),
      y: 0,
      width,
      height: area.height,
      across: { scale: across, title: options.xLabel ?? 'Temperature (K)' },
      up: {
        scale: up,
        title: i === 0 ? (options.yLabel ?? words) : words,
        ...(i > 0 && { orient: 'right' }),
      },
      table,
      marks: () => [isOne ? dotsMark(table, across.name, up.name) : linesMark(table, across.name, up.name)],
    };
  });
  return { panels, tables, ...legendOf(styles, area.width / fontSizeOf(options)) };
}

function dotsMark(table: string, across: string, up: string): Part {
  const place = { x: { scale: across, field: 'x' }, y: { scale: up, field: 'y' } };
  return {
    type: 'symbol',
    from: { data: table },
    encode: { update: { ...place, fill: { field: 'colour' }, size: { value: 40 } } },
  };
}

/** From zero, or below what is negative, to above the largest. */
function rangeOf(values: readonly number[]): [number, number] {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const margin = MARGIN * (most - least) || 1;
  return [least < 0 ? least - margin : 0, most > 0 ? most + margin : margin];
}
