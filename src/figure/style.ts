/** How pictures look by themselves, and what users say of it. */
import type { PictureOptions } from './choices.js';
import { FONT } from './font.js';
import { type Part, PX_PER_CM, PX_PER_PT } from './spec.js';

export const fontSizeOf = ({ fontSize = 10 }: PictureOptions): number => fontSize * PX_PER_PT;
const lineWidthOf = ({ lineWidth = 1 }: PictureOptions): number => lineWidth * PX_PER_PT;

/** px of the whole picture. */
export function sizeOf({ size }: PictureOptions, usual: readonly [number, number]) {
  const [width, height] = (size ?? usual).map((cm) => cm * PX_PER_CM);
  return { width, height };
}

/** Of several lines; Okabe and Ito's, which the colour-blind tell apart, dark ones first. */
export const LINE_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#7a5195'];
export const TOTAL_COLOUR = '#404040';

/** The configuration of Vega for the options. */
export function configOf(options: PictureOptions): Part {
  const fontSize = fontSizeOf(options);
  const [ink, thin] = ['#000000', 0.6 * PX_PER_PT];
  const text = { labelFont: FONT, titleFont: FONT, labelColor: ink, titleColor: ink };
  const sizes = { labelFontSize: fontSize, titleFontSize: fontSize, titleFontWeight: 'normal' };
  const usual = {
    font: FONT,
    axis: {
      ...text,
      ...sizes,
      tickColor: ink,
      tickWidth: thin,
      tickSize: 0.4 * fontSize,
      labelPadding: 0.25 * fontSize,
      titlePadding: 0.5 * fontSize,
      gridColor: '#b0b0b0',
      gridWidth: thin,
      labelFlush: false,
      // numbers of an axis do not run into one another
      labelOverlap: true,
      labelSeparation: 0.6 * fontSize,
      // frames and ticks stand exactly at values, not half a pixel beside
      translate: 0,
      tickRound: false,
    },
    legend: {
      ...text,
      ...sizes,
      symbolStrokeWidth: 2 * lineWidthOf(options),
      symbolSize: 12 * fontSize,
      offset: fontSize / 2,
      columnPadding: fontSize,
    },
    title: { font: FONT, fontSize: 1.1 * fontSize, fontWeight: 'normal', color: ink, offset: fontSize / 2 },
    style: {
      frame: { fill: null, stroke: ink, strokeWidth: thin },
      mode: { strokeWidth: lineWidthOf(options), strokeJoin: 'round' },
      zero: { stroke: '#808080', strokeWidth: thin, strokeDash: [4, 3] },
    },
  };
  const sized =
    options.fontSize === undefined
      ? {}
      : { axis: sizes, legend: sizes, title: { fontSize: usual.title.fontSize } };
  const lined = options.lineWidth === undefined ? {} : { style: { mode: usual.style.mode } };
  return [options.style ?? {}, sized, lined].reduce<Part>(merged, usual);
}

/** Objects within objects are merged, anything else is replaced. */
function merged(below: Part, above: Part): Part {
  const isPart = (x: unknown): x is Part => typeof x === 'object' && x !== null && !Array.isArray(x);
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    result[key] = isPart(value) && isPart(old) ? merged(old, value) : value;
  }
  return result;
}
