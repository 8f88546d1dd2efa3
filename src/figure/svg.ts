/** From a specification to SVG, without a browser. */
import * as vega from 'vega';
import { textWidth } from './font.js';
import type { Part } from './spec.js';

interface TextItem {
  fontSize?: number;
  text?: unknown;
}
// exported, but not in Vega's types
const { textMetrics } = vega as unknown as {
  textMetrics: { width(item: TextItem, text?: unknown): number };
};
// texts are measured in the font that they are drawn with
textMetrics.width = (item, text = item.text) => textWidth(String(text ?? '')) * (item.fontSize ?? 11);

export async function svgOf(spec: Part): Promise<string> {
  const view = new vega.View(vega.parse(spec as unknown as vega.Spec), { renderer: 'none' });
  try {
    await view.runAsync();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** px of the whole that an SVG says. */
export function svgSize(svg: string): { width: number; height: number } {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return { width: Number(width), height: Number(height) };
}

/** The SVG with a description, before all else in it. */
export function describedSvg(svg: string, text: string): string {
  return svg.replace(/<svg[^>]*>/, (start) => `${start}<desc>${escapedText(text)}</desc>`);
}

/** A text between the tags of SVG or HTML. */
export const escapedText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
