/** `euphonicd info`: what a file of force constants holds. */
import { EuphonicClient } from '../client/client.js';
import { toFloat64Array } from '../protocol/arrays.js';
import { EXIT_OK } from './exitCodes.js';
import { type ModelFlags, modelOptions } from './modelOptions.js';
import { print, printJson } from './output.js';

export async function info(path: string, flags: ModelFlags & { json?: boolean }): Promise<number> {
  const client = new EuphonicClient();
  try {
    const summary = await client.loadModel(path, modelOptions(flags));
    const { frames } = await client.modelInfo(summary);
    const array = (name: string) => [...toFloat64Array(frames.find((frame) => frame.name === name)!)];
    const rows = (numbers: number[]) =>
      Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));
    const cellVectors = rows(array('cell_vectors'));
    const positions = rows(array('atom_r'));
    const masses = array('atom_mass');
    if (flags.json) {
      printJson({ ...summary, cell_vectors: cellVectors, atom_r: positions, atom_mass: masses });
      return EXIT_OK;
    }
    const numbers = (row: number[], digits: number) =>
      row.map((x) => x.toFixed(digits).padStart(digits + 5)).join('');
    print(`${summary.source}`);
    print(`model        ${summary.model}`);
    print(`atoms        ${summary.n_atoms} (${formula(summary.atom_type)}), ${summary.n_modes} modes`);
    print(`supercell    ${summary.n_cells} cells`);
    print(`polar        ${summary.polar ? 'yes: Born charges and dielectric tensor' : 'no Born charges'}`);
    print('cell vectors (Å)');
    for (const vector of cellVectors) print(`  ${numbers(vector, 6)}`);
    print('atoms (fractional coordinates, amu)');
    summary.atom_type.forEach((type, i) => {
      print(`  ${type.padEnd(4)}${numbers(positions[i]!, 6)}${numbers([masses[i]!], 3)}`);
    });
    for (const sentence of summary.notes) print(sentence);
    return EXIT_OK;
  } finally {
    client.close();
  }
}

/** Elements with their counts, in the order in which they first occur. */
function formula(atomTypes: string[]): string {
  const counts = new Map<string, number>();
  for (const type of atomTypes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${type}${count}`)).join(' ');
}
