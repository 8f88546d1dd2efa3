/** Spectra as NeXus files: HDF5 with an NXdata that plotting programs find by themselves (https://manual.nexusformat.org). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dataset, File, type Group, ready } from 'h5wasm/node';
import { VERSION } from '../../base/version.js';
import { WORDS } from '../../spectra/files.js';
import { type Axis, type Measured, rowsOf, type Spectrum } from '../../spectra/spectrum.js';
import { type EnergyUnit, unitOf } from '../../spectra/units.js';

/** The bytes of such a file; the same for the same spectrum. */
export async function nexusFile(spectrum: Spectrum, energyUnit: EnergyUnit): Promise<Uint8Array> {
  await ready;
  // the library writes files only
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-nexus-'));
  const path = join(folder, 'spectrum.h5');
  const now = Date.now;
  try {
    // the library stamps what it makes with the time, for the length of this call
    Date.now = () => 0;
    const file = new File(path, 'w');
    write(file, spectrum, energyUnit);
    file.close();
    return readFileSync(path);
  } finally {
    Date.now = now;
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(file: File, spectrum: Spectrum, energyUnit: EnergyUnit): void {
  const { provenance } = spectrum;
  file.create_attribute('NX_class', 'NXroot');
  file.create_attribute('default', 'entry');
  const entry = group(file, 'entry', 'NXentry');
  entry.create_attribute('default', 'data');
  const title = String(provenance.command ?? 'spectrum');
  entry.create_dataset({ name: 'title', data: title });
  const process = group(entry, 'process', 'NXprocess');
  process.create_dataset({ name: 'program', data: 'euphonic-bridge' });
  process.create_dataset({ name: 'version', data: VERSION });
  const parameters = group(process, 'parameters', 'NXparameters');
  for (const [name, value] of Object.entries(provenance)) parameters.create_dataset({ name, data: value });
  writeData(group(entry, 'data', 'NXdata'), spectrum, energyUnit, title);
}

function group(parent: Group, name: string, kind: string): Group {
  const made = parent.create_group(name);
  made.create_attribute('NX_class', kind);
  return made;
}

/** Axes that have bins have their edges, one more than there are intensities. */
function writeData(data: Group, spectrum: Spectrum, energyUnit: EnergyUnit, title: string): void {
  const { x, y, lines, measured } = spectrum;
  const { factor } = unitOf(measured, energyUnit);
  const rows = rowsOf(spectrum).map((row) => row.map((value) => factor * value));
  const [xName, yName] = axisNames(x, y);
  const signal = nameOf(measured);
  const put = (name: string, values: Float64Array, shape: number[], of: Measured): Dataset => {
    const made = data.create_dataset({ name, data: values, shape, dtype: '<d' });
    // as NeXus writes units
    made.create_attribute('units', unitOf(of, energyUnit).text.replace('Å', 'angstrom'));
    return made;
  };
  const length = rows[0].length;
  if (y) {
    put(signal, flat(rows), [rows.length, length], measured);
    writeAxes(data, signal, [xName, yName]);
  } else if (measured === 'energy') {
    // modes are no axis
    const columns = Float64Array.from({ length: rows.length * length }, (_, k) => {
      return rows[k % rows.length][Math.floor(k / rows.length)];
    });
    put(signal, columns, [length, rows.length], measured);
    writeAxes(data, signal, [xName, '.']);
  } else {
    const names = lines.map(({ label }, i) => (i === 0 ? signal : `${signal}_${label ?? i + 1}`));
    rows.forEach((row, i) => {
      put(names[i], row, [length], measured).create_attribute('long_name', lines[i].label ?? signal);
    });
    if (names.length > 1) data.create_attribute('auxiliary_signals', names.slice(1));
    writeAxes(data, signal, [xName]);
  }
  data.create_dataset({ name: 'title', data: title });
  writeAxis(put, xName, x, energyUnit);
  if (y) writeAxis(put, yName, y, energyUnit);
}

function writeAxes(data: Group, signal: string, axes: string[]): void {
  data.create_attribute('signal', signal);
  data.create_attribute('axes', axes);
  axes.forEach((name, i) => {
    if (name !== '.') data.create_attribute(`${name}_indices`, i, [], '<i');
  });
}

function writeAxis(
  put: (name: string, values: Float64Array, shape: number[], of: Measured) => Dataset,
  name: string,
  { measured, values, ticks, direction }: Axis,
  energyUnit: EnergyUnit,
): void {
  const { factor } = unitOf(measured, energyUnit);
  const made = put(
    name,
    values.map((value) => factor * value),
    [values.length],
    measured,
  );
  if (ticks && ticks.length > 0) {
    made.create_attribute(
      'tick_labels',
      ticks.map(({ label }) => label),
    );
    made.create_attribute(
      'tick_indices',
      Int32Array.from(ticks, ({ index }) => index),
    );
  }
  if (direction) {
    made.create_attribute('origin_rlu', Float64Array.from(direction.origin));
    made.create_attribute('direction_rlu', Float64Array.from(direction.hkl));
    made.create_attribute('unit_per_angstrom', direction.length);
  }
}

const nameOf = (measured: Measured) => WORDS[measured].replaceAll(' ', '_');

function axisNames(x: Axis, y: Axis | undefined): [string, string] {
  const [a, b] = [nameOf(x.measured), y ? nameOf(y.measured) : ''];
  return a === b ? [`${a}_x`, `${a}_y`] : [a, b];
}

function flat(rows: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(rows.length * rows[0].length);
  rows.forEach((row, i) => {
    all.set(row, i * row.length);
  });
  return all;
}
