/** What users may choose of a picture; nothing here loads what draws it. */
export const COLOUR_SCALES = ['linear', 'sqrt', 'log'] as const;
export type ColourScale = (typeof COLOUR_SCALES)[number];

/** How the intensities of a map are shown: S, or with the weight of low energies taken off. */
export const VIEWS = ['S', 'E*S', 'chi'] as const;
export type View = (typeof VIEWS)[number];

/** Continuous colour schemes of Vega. */
export const COLOUR_MAPS = [
  ...['viridis', 'magma', 'inferno', 'plasma', 'cividis', 'turbo', 'greys', 'blues', 'greens', 'oranges'],
  ...['purples', 'reds', 'blueorange', 'redblue', 'spectral', 'rainbow', 'sinebow', 'goldred', 'goldgreen'],
  ...['tealblues', 'teals', 'warmgreys', 'browns', 'yellowgreenblue', 'yelloworangered', 'darkblue'],
] as const;

export interface PictureOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** cm, of the whole picture */
  size?: readonly [number, number];
  /** pt */
  fontSize?: number;
  /** pt */
  lineWidth?: number;
  /** a Vega configuration, which counts above the usual one and below the other options */
  style?: Readonly<Record<string, unknown>>;
  /** one of `COLOUR_MAPS`, with _r the other way round */
  colourMap?: string;
  colourScale?: ColourScale;
  /** limits of colours, in the unit of what is drawn */
  min?: number;
  max?: number;
  view?: View;
  /** of dispersion curves, in the unit of what is drawn; undefined: where their modes end */
  energyRange?: readonly [from: number | undefined, to: number | undefined];
}
