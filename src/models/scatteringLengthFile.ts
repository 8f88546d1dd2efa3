/** Files of scattering lengths: JSON, either a map as `scattering_lengths` takes it, or Euphonic's collections. */
import { EuphonicError } from '../base/errors.js';
import type { ScatteringLengthMap, ScatteringLengthValue } from './scatteringLengths.js';
import { ANGSTROM_PER_BOHR, toAtomicUnits } from './units.js';

/** fm in a bohr */
const FERMI_PER_BOHR = 1e5 * ANGSTROM_PER_BOHR;

/**
 * A map or list of lengths in fm. A collection is an object with
 * `physical_properties.coherent_scattering_length`, which has the key `__units__` and numbers or
 * `{"__complex__": true, "real": …, "imag": …}`; anything else in it, such as null, is left out.
 * Throws `file_damaged` with the name of the file or option, `where`.
 */
export function parseScatteringLengths(
  text: string,
  where: string,
): ScatteringLengthMap | readonly ScatteringLengthValue[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw damaged(where, `The scattering lengths are not JSON: ${(error as Error).message}.`);
  }
  if (Array.isArray(root)) return root;
  if (!isRecord(root)) throw damaged(where, 'The scattering lengths are not a JSON object.');
  const properties = root.physical_properties ?? root.physical_property;
  if (!isRecord(properties)) return root as ScatteringLengthMap;
  const collection = properties.coherent_scattering_length;
  if (!isRecord(collection)) throw damaged(where, 'The file has no coherent_scattering_length.');
  const unit = collection.__units__;
  if (typeof unit !== 'string') throw damaged(where, 'The scattering lengths have no __units__.');
  const factor = toAtomicUnits(unit, 'length', `${where}, __units__`) * FERMI_PER_BOHR;
  const map: Record<string, ScatteringLengthValue> = {};
  for (const [name, value] of Object.entries(collection)) {
    if (typeof value === 'number') map[name] = value * factor;
    if (!isRecord(value) || value.__complex__ !== true) continue;
    const { real, imag } = value;
    if (typeof real !== 'number' || typeof imag !== 'number') {
      throw damaged(where, `The scattering length of ${name} has no numbers real and imag.`);
    }
    map[name] = [real * factor, imag * factor];
  }
  return map;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(where: string, message: string): EuphonicError {
  return new EuphonicError('file_damaged', message, {
    where,
    expected:
      "a JSON object of atom type → fm, [re, im] or a name such as '62Ni'; or a list with one for each atom",
  });
}
