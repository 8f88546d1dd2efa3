import assert from 'node:assert/strict';
import { csv, euphonicJson } from '../../src/spectra/files.js';
import { edges, rowsOf, type Spectrum, weightedSum } from '../../src/spectra/spectrum.js';
import { ENERGY_UNITS, perMeV, unitOf } from '../../src/spectra/units.js';

const dos: Spectrum = {
  x: { measured: 'energy', of: 'bins', values: edges(0, 30, 3) },
  measured: 'per_energy',
  data: Float64Array.of(1, 2, 3, 0.5, 1, 1.5),
  lines: [{ label: 'Total' }, { label: 'O', species: 'O' }],
  provenance: { program: 'a test', number: 1 },
};
const bands: Spectrum = {
  x: {
    measured: 'wavevector',
    of: 'points',
    values: Float64Array.of(0, 0.5),
    ticks: [
      { index: 0, label: 'GAMMA' },
      { index: 1, label: 'SIGMA_0' },
    ],
  },
  measured: 'energy',
  data: Float64Array.of(1, 2),
  lines: [{ label: 'Mode 1' }],
  provenance: {},
};
const map: Spectrum = {
  x: { measured: 'wavevector', of: 'points', values: Float64Array.of(0, 0.5) },
  y: { measured: 'energy', of: 'bins', values: edges(0, 20, 2) },
  measured: 'cross_section_per_energy',
  data: Float64Array.of(1, 2, 3, 4),
  lines: [],
  provenance: {},
};

describe('spectra as files', () => {
  it('are what Euphonic 2.1.1 writes: several lines', () => {
    const { __euphonic_version__, ...rest } = euphonicJson(dos, 'meV');
    assert.match(__euphonic_version__ as string, /^euphonic-bridge /);
    assert.deepEqual(rest, {
      __euphonic_class__: 'Spectrum1DCollection',
      metadata: {
        program: 'a test',
        number: 1,
        line_data: [{ label: 'Total' }, { label: 'O', species: 'O' }],
      },
      x_data: [0, 10, 20, 30],
      x_data_unit: 'millielectron_volt',
      y_data: [
        [1, 2, 3],
        [0.5, 1, 1.5],
      ],
      y_data_unit: '1 / millielectron_volt',
    });
  });

  it('are what Euphonic 2.1.1 writes: one line, with labels', () => {
    const { __euphonic_version__, ...rest } = euphonicJson(bands, 'meV');
    assert.deepEqual(rest, {
      __euphonic_class__: 'Spectrum1D',
      metadata: { label: 'Mode 1' },
      x_data: [0, 0.5],
      x_data_unit: '1 / angstrom',
      x_tick_labels: [
        [0, '$\\Gamma$'],
        [1, '$\\Sigma_0$'],
      ],
      y_data: [1, 2],
      y_data_unit: 'millielectron_volt',
    });
  });

  it('are what Euphonic 2.1.1 writes: a map', () => {
    const { __euphonic_version__, ...rest } = euphonicJson(map, 'meV');
    assert.deepEqual(rest, {
      __euphonic_class__: 'Spectrum2D',
      metadata: {},
      x_data: [0, 0.5],
      x_data_unit: '1 / angstrom',
      y_data: [0, 10, 20],
      y_data_unit: 'millielectron_volt',
      z_data: [
        [1, 2],
        [3, 4],
      ],
      z_data_unit: 'millibarn / millielectron_volt',
    });
  });

  it('are columns of names and numbers', () => {
    assert.equal(
      csv(dos, 'meV'),
      '# program: a test\n# number: 1\nenergy (meV),Total (1/meV),O (1/meV)\n5,1,0.5\n15,2,1\n25,3,1.5\n',
    );
    assert.equal(
      csv(map, 'meV'),
      'wavevector (1/Å),energy (meV),intensity (mbarn/meV)\n0,5,1\n0,15,2\n0.5,5,3\n0.5,15,4\n',
    );
  });

  it('keep areas in every unit of energy', () => {
    for (const unit of ENERGY_UNITS) {
      const { x_data, y_data } = euphonicJson(dos, unit) as { x_data: number[]; y_data: number[][] };
      assert.ok(Math.abs(x_data[1] - 10 * perMeV(unit)) < 1e-12);
      const area = y_data[0].reduce((sum, y, k) => sum + y * (x_data[k + 1] - x_data[k]), 0);
      assert.ok(Math.abs(area - 60) < 1e-9, unit);
    }
    assert.equal(unitOf('per_energy', '1/cm').pint, 'centimeter');
    assert.equal(unitOf('cross_section_per_energy', '1/cm').pint, 'millibarn * centimeter');
  });
});

describe('a spectrum', () => {
  it('has rows of a line, or of a bin or value along x, each', () => {
    const lengths = (spectrum: Spectrum) => rowsOf(spectrum).map((row) => row.length);
    assert.deepEqual(lengths(dos), [3, 3]);
    assert.deepEqual(lengths(bands), [2]);
    assert.deepEqual(lengths(map), [2, 2]);
    assert.deepEqual(lengths({ ...map, x: { ...map.x, of: 'bins', values: edges(0, 1, 2) } }), [2, 2]);
  });

  it('is a sum of lines with weights', () => {
    assert.deepEqual(weightedSum(rowsOf(dos), [1, -2]), Float64Array.of(0, 0, 0));
  });
});
