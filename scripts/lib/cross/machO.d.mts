export function machO(file: string): {
  processor: string;
  isSigned: boolean;
  needed: string[];
  symbols: string[];
  wanted: string[];
  searched: string[];
  macOS: [number, number][];
};
