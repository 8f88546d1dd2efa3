/** A path through reciprocal space as panels: one for each unbroken part, as wide as it is long. */

import { pointLabel } from '../spectra/labels.js';
import type { Axis } from '../spectra/spectrum.js';
import { textWidth } from './font.js';
import type { Panel, Scale } from './spec.js';

/** A stretch of points that lines may connect: from `first` to `last`. */
interface Stretch {
  first: number;
  last: number;
}

/** An unbroken part of the path. */
export interface PathPart extends Stretch {
  from: number;
  to: number;
  ticks: { value: number; label: string | string[] }[];
  /** between points that stand twice, such as zone centres with a splitting of each side */
  stretches: Stretch[];
  /** px */
  x: number;
  width: number;
}

/** A step so many times as long as the usual one is a break, where a file of Euphonic has labels at both its ends. */
const JUMP = 10;
/** Between panels and between labels, in font sizes. */
const GAP = 0.6;

/** `width` px for all parts and the gaps between them, with text of `fontSize` px. */
export function pathParts(axis: Axis, width: number, fontSize: number): PathPart[] {
  const { values, ticks = [] } = axis;
  const labels = new Map(ticks.map(({ index, label }) => [index, pointLabel(label)]));
  const ends = breaks(values, labels);
  const starts = [0, ...ends.map((end) => end + 1)];
  const ranges = starts.map((first, i) => ({ first, last: ends[i] ?? values.length - 1 }));
  const lengths = ranges.map(({ first, last }) => values[last] - values[first]);
  const sizeOf = (index: number) => textWidth(labels.get(index) ?? '') * fontSize;
  const gaps = ends.map((end) => (sizeOf(end) + sizeOf(end + 1)) / 2 + GAP * fontSize);
  const scale =
    (width - gaps.reduce((sum, gap) => sum + gap, 0)) / lengths.reduce((sum, length) => sum + length, 0);
  let x = 0;
  return ranges.map((range, i) => {
    const part = {
      ...range,
      from: values[range.first],
      to: values[range.last],
      ticks: ticksOf(values, labels, range, scale, fontSize),
      stretches: stretchesOf(values, range),
      x,
      width: lengths[i] * scale,
    };
    x += part.width + (gaps[i] ?? 0);
    return part;
  });
}

/** A panel of the path but for what is drawn in it: the first one has titles and labels, the others neither. */
export function pathPanel(
  { x, width, from, to, ticks }: PathPart,
  i: number,
  height: number,
  { of, title, up, upTitle }: { of: string; title?: string; up: Scale; upTitle: string },
): Pick<Panel, 'x' | 'y' | 'width' | 'height' | 'across' | 'up'> {
  return {
    ...{ x, y: 0, width, height },
    across: {
      scale: { name: `path${i}`, of, domain: [from, to] },
      ...(ticks.length > 0 && { ticks }),
      ...(i === 0 && title !== undefined && { title }),
    },
    up: { scale: up, ...(i === 0 ? { title: upTitle } : { bare: true, ticks: [] }) },
  };
}

/** The last points before breaks: there two points with other labels stand at one distance. */
function breaks(values: Float64Array, labels: ReadonlyMap<number, string>): number[] {
  const steps = values.subarray(1).map((x, i) => x - values[i]);
  const usual = steps.slice().sort()[Math.floor(steps.length / 2)];
  return [...steps.keys()].filter((i) => {
    const [before, after] = [labels.get(i), labels.get(i + 1)];
    if (before === undefined || after === undefined || before === after) return false;
    return steps[i] === 0 || steps[i] > JUMP * usual;
  });
}

function stretchesOf(values: Float64Array, { first, last }: Stretch): Stretch[] {
  const stretches: Stretch[] = [];
  let begin = first;
  for (let i = first; i < last; i++) {
    if (values[i + 1] > values[i]) continue;
    stretches.push({ first: begin, last: i });
    begin = i + 1;
  }
  return [...stretches, { first: begin, last }];
}

/** One label for each place; one that would touch its neighbour goes a line lower. */
function ticksOf(
  values: Float64Array,
  labels: ReadonlyMap<number, string>,
  { first, last }: Stretch,
  scale: number,
  fontSize: number,
): PathPart['ticks'] {
  const places = new Map<number, string>();
  for (const [index, label] of labels) {
    if (index >= first && index <= last) places.set(values[index], label);
  }
  const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return [...places].map(([value, label]) => {
    const at = value * scale;
    const half = (textWidth(label) * fontSize) / 2;
    const row = at - half < ends[0] + (GAP / 2) * fontSize ? 1 : 0;
    ends[row] = at + half;
    return { value, label: row === 0 ? label : ['', label] };
  });
}
