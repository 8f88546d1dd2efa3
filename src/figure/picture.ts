/** Spectra as pictures: one alone, or a density of states beside it; and thermodynamic functions. */
import type { Provenance, Spectrum } from '../spectra/spectrum.js';
import type { Thermodynamics } from '../spectra/thermo.js';
import type { EnergyUnit } from '../spectra/units.js';
import type { PictureOptions } from './choices.js';
import { pageOf } from './html.js';
import { legendOf, stylesOf } from './lineStyles.js';
import { dispersionContent, dosContent } from './lines.js';
import { mapContent } from './map.js';
import { pngOf } from './png.js';
import { type Content, type Part, specification } from './spec.js';
import { configOf, fontSizeOf, sizeOf } from './style.js';
import { describedSvg, svgOf, svgSize } from './svg.js';
import { thermoContent } from './thermo.js';

/** A density of states beside a picture is so wide, of the whole. */
const BESIDE = 0.24;

/** cm */
const USUAL_SIZE: readonly [number, number] = [14, 9];

interface Area {
  width: number;
  height: number;
}

export type PictureForm = '.png' | '.svg' | '.html';

type Files = Map<PictureForm, string | Uint8Array>;

/** A spectrum, or one with a density of states beside it, as files of the forms. */
export function pictures(
  [spectrum, beside]: readonly [Spectrum, Spectrum?],
  unit: EnergyUnit,
  options: PictureOptions,
  forms: readonly PictureForm[],
): Promise<Files> {
  const fill = (area: Area) => contentOf(spectrum, beside, unit, options, area);
  return drawn(fill, spectrum.provenance, options, forms);
}

export function thermoPictures(
  found: Thermodynamics,
  provenance: Provenance,
  options: PictureOptions,
  forms: readonly PictureForm[],
): Promise<Files> {
  return drawn((area) => thermoContent(found, options, area), provenance, options, forms);
}

async function drawn(
  fill: (area: Area) => Content,
  provenance: Provenance,
  options: PictureOptions,
  forms: readonly PictureForm[],
): Promise<Files> {
  const description = Object.entries(provenance)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
  const { spec, content } = await pictureSpec(fill, options);
  const files: Files = new Map();
  if (forms.includes('.html')) files.set('.html', pageOf(spec, content, description));
  if (!forms.some((form) => form !== '.html')) return files;
  const svg = describedSvg(await svgOf(spec), description);
  files.set('.svg', svg);
  if (forms.includes('.png')) files.set('.png', pngOf(svg, description));
  return files;
}

/** The specification of a picture of the wanted size, margins and all. */
async function pictureSpec(
  fill: (area: Area) => Content,
  options: PictureOptions,
): Promise<{ spec: Part; content: Content }> {
  const whole = sizeOf(options, USUAL_SIZE);
  const config = configOf(options);
  const of = (area: Area, content: Content) => specification(content, config, options.title, area);
  const guess = fill(whole);
  // margins depend on texts, which are the same without what is drawn
  const empty = {
    ...guess,
    tables: [],
    panels: guess.panels.map((panel) => ({ ...panel, marks: () => [] })),
  };
  const found = svgSize(await svgOf(of(whole, empty)));
  const filled = guess.area ?? whole;
  const area = {
    width: Math.max(1, whole.width - (found.width - filled.width)),
    height: Math.max(1, whole.height - (found.height - filled.height)),
  };
  const content = fill(area);
  return { spec: of(area, content), content };
}

function contentOf(
  spectrum: Spectrum,
  beside: Spectrum | undefined,
  unit: EnergyUnit,
  options: PictureOptions,
  area: Area,
): Content {
  const styles = stylesOf([...spectrum.lines, ...(beside?.lines ?? [])]);
  const left = (within: Area): Content => {
    if (spectrum.y) return mapContent(spectrum, unit, options, within);
    if (spectrum.measured === 'energy')
      return dispersionContent(spectrum, unit, options, within, styles, beside);
    return dosContent(spectrum, unit, options, within, styles);
  };
  if (!beside) return left(area);
  const gap = 2 * fontSizeOf(options);
  const width = area.width * BESIDE;
  const curves = left({ ...area, width: area.width - width - gap });
  const energy = curves.panels[0].up.scale;
  const own = { ...options, xLabel: undefined };
  const place = { energy, x: area.width - width };
  const density = dosContent(beside, unit, own, { ...area, width }, styles, place);
  return {
    panels: [...curves.panels, ...density.panels],
    tables: [...curves.tables, ...density.tables],
    ...legendOf(styles, area.width / fontSizeOf(options)),
  };
}
