import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nexusFile } from '../../src/cli/formats/nexusFile.js';
import { Hdf5File } from '../../src/models/readers/hdf5.js';
import { edges, type Spectrum } from '../../src/spectra/spectrum.js';

const dos: Spectrum = {
  x: { measured: 'energy', of: 'bins', values: edges(0, 30, 3) },
  measured: 'per_energy',
  data: Float64Array.of(1, 2, 3, 0.5, 1, 1.5),
  lines: [{ label: 'Total' }, { label: 'O', species: 'O' }],
  provenance: { command: 'euphonicd dos', grid: '4 4 4', area_per_atom: 3 },
};
const bands: Spectrum = {
  x: {
    measured: 'wavevector',
    of: 'points',
    values: Float64Array.of(0, 0.5, 1),
    ticks: [
      { index: 0, label: 'GAMMA' },
      { index: 2, label: 'K' },
    ],
  },
  measured: 'energy',
  data: Float64Array.of(1, 2, 3, 4, 5, 6),
  lines: [{}, {}],
  provenance: {},
};
const line = (hkl: [number, number, number]) =>
  ({
    measured: 'lattice_units',
    of: 'bins',
    values: edges(0, 1, 2),
    direction: { origin: [0, 0, 2], hkl, length: 1.25 },
  }) as const;
const plane: Spectrum = {
  x: line([1, 0, 0]),
  y: line([-0.5, 1, 0]),
  measured: 'cross_section_per_energy',
  data: Float64Array.of(1, Number.NaN, 3, 4),
  lines: [],
  provenance: {},
};

/** Prints what NeXus programs look for. */
const PROGRAM = `
import h5py, json, sys
def plain(x):
    x = x.tolist() if hasattr(x, 'tolist') else x
    return x.decode() if isinstance(x, bytes) else x
def show(path):
    f = h5py.File(path)
    entry = f[f.attrs['default']]
    data = entry[entry.attrs['default']]
    sets = {n: [d[()].tolist() if n != 'title' else plain(d[()]), {k: plain(v) for k, v in d.attrs.items()}] for n, d in data.items()}
    kinds = [f.attrs['NX_class'], entry.attrs['NX_class'], data.attrs['NX_class'], entry['process'].attrs['NX_class']]
    return {'kinds': kinds, 'attrs': {k: plain(v) for k, v in data.attrs.items()}, 'sets': sets, 'parameters': {n: plain(d[()]) for n, d in entry['process/parameters'].items()}}
print(json.dumps([show(path) for path in sys.argv[1:]]))
`;

describe('spectra as NeXus files', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-nexus-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  async function written(name: string, spectrum: Spectrum): Promise<string> {
    const path = join(folder, `${name}.nxs`);
    writeFileSync(path, await nexusFile(spectrum, 'THz'));
    return path;
  }
  const THZ = 0.2417989242084918;

  it('hold the numbers, by the reader of models', async () => {
    const of = async (path: string, name: string, shape: number[]) => {
      const file = new Hdf5File(path);
      try {
        return await file.numbers(`entry/data/${name}`, shape);
      } finally {
        await file.close();
      }
    };
    const path = await written('dos', dos);
    assert.deepEqual(
      [...(await of(path, 'density_of_states_O', [3]))],
      [0.5, 1, 1.5].map((x) => x / THZ),
    );
    assert.deepEqual(
      [...(await of(path, 'energy', [4]))],
      [0, 10, 20, 30].map((x) => x * THZ),
    );
    const modes = await of(await written('bands', bands), 'energy', [3, 2]);
    assert.deepEqual(
      [...modes],
      [1, 4, 2, 5, 3, 6].map((x) => x * THZ),
    );
    const intensity = await of(await written('plane', plane), 'intensity', [2, 2]);
    assert.deepEqual(
      [...intensity],
      [1, Number.NaN, 3, 4].map((x) => x / THZ),
    );
  });

  it('are the same bytes at any time', async () => {
    const first = await nexusFile(plane, 'meV');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.deepEqual(await nexusFile(plane, 'meV'), first);
    assert.ok(Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 60_000);
  });

  it('are NeXus, by h5py', async function () {
    const paths = [await written('dos', dos), await written('bands', bands), await written('plane', plane)];
    const found = await promisify(execFile)('python3', ['-c', PROGRAM, ...paths]).catch((error) => {
      assert.match(String(error), /No module named|ENOENT/);
      console.log('      (skipped: no python3 with h5py)');
      return this.skip();
    });
    const shown = JSON.parse(found.stdout.replaceAll('NaN', 'null'));
    for (const { kinds } of shown) assert.deepEqual(kinds, ['NXroot', 'NXentry', 'NXdata', 'NXprocess']);
    const [ofDos, ofBands, ofPlane] = shown;
    assert.deepEqual(ofDos.attrs, {
      NX_class: 'NXdata',
      auxiliary_signals: ['density_of_states_O'],
      axes: ['energy'],
      energy_indices: 0,
      signal: 'density_of_states',
    });
    assert.deepEqual(ofDos.parameters, dos.provenance);
    assert.equal(ofDos.sets.energy[1].units, 'THz');
    assert.deepEqual(ofBands.attrs.axes, ['wavevector', '.']);
    assert.deepEqual(ofBands.sets.wavevector, [
      [0, 0.5, 1],
      { units: '1/angstrom', tick_labels: ['GAMMA', 'K'], tick_indices: [0, 2] },
    ]);
    assert.deepEqual(ofPlane.attrs.axes, ['wavevector_x', 'wavevector_y']);
    assert.deepEqual(ofPlane.sets.wavevector_y[1].direction_rlu, [-0.5, 1, 0]);
    assert.equal(ofPlane.sets.intensity[0][0][1], null);
    assert.equal(ofPlane.sets.intensity[1].units, 'mbarn/THz');
  });
});
