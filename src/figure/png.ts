/** From SVG to PNG, with what it says of itself. */
import { crc32 } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { FONT, fontFile } from './font.js';

/** Dots per inch. */
const RESOLUTION = 300;
const INCH_PER_METRE = 39.37;
/** Dots for each px of the SVG. */
export const DOTS_PER_PX = RESOLUTION / 96;

export function pngOf(svg: string, description: string): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: DOTS_PER_PX },
    font: { fontFiles: [fontFile()], loadSystemFonts: false, defaultFontFamily: FONT },
  });
  const dots = Buffer.alloc(9);
  dots.writeUInt32BE(Math.round(RESOLUTION * INCH_PER_METRE), 0);
  dots.writeUInt32BE(Math.round(RESOLUTION * INCH_PER_METRE), 4);
  // the unit is the metre
  dots[8] = 1;
  return withChunks(image.render().asPng(), [
    ['pHYs', dots],
    ['iTXt', internationalText('Description', description)],
  ]);
}

/** A keyword and text in UTF-8, not compressed, of no language (PNG, 11.3.4.5). */
function internationalText(keyword: string, text: string): Buffer {
  return Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]);
}

/** Signature and header of a PNG, after which other chunks may stand. */
const HEAD = 8 + 25;

function withChunks(png: Uint8Array, chunks: readonly [name: string, data: Buffer][]): Uint8Array {
  const made = chunks.map(([name, data]) => {
    const content = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, check]);
  });
  return Buffer.concat([png.subarray(0, HEAD), ...made, png.subarray(HEAD)]);
}
