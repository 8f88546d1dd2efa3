/** What a page is given beside the programs in it. */
export interface PageData {
  spec: unknown;
  panels: {
    x: number;
    y: number;
    width: number;
    height: number;
    /** names of scales, and what they are of */
    across: string;
    up: string;
    acrossName: string;
    upName: string;
    /** the signal of the map in it, or the table of its lines */
    map?: string;
    table?: string;
  }[];
  maps: PageMap[];
  /** what a map's numbers are */
  intensityName: string;
  /** [n,3] bytes in base64 */
  colours: string;
}

export interface PageMap {
  /** whose value is the map as an image */
  signal: string;
  /** edges */
  across: number[];
  up: number[];
  /** of the image */
  columns: number;
  /** [across,up] numbers of 4 bytes in base64 */
  values: string;
}
