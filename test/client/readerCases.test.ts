/** Small files that are easily read wrong, through the whole program, against the values of Euphonic and phonopy. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { columns, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';

const folder = fileURLToPath(new URL('../golden/cases/', import.meta.url));
const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('files that are easily read wrong', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  /** Frequencies in meV and the intensity of all modes of each q-point, mbarn per atom, without temperature. */
  const evaluate = async (name: string, qpts: number[][], names: { born_name?: string } = {}) => {
    const client = daemon.client();
    const model = await client.loadModel(join(folder, name), names);
    const { frequencies, structureFactors, notes } = await client.evaluate(model, columns(qpts), {
      scattering_lengths: 'Sears1992',
      bose: false,
    });
    const intensities = transposed(structureFactors!, qpts.length);
    return {
      notes,
      frequencies: transposed(frequencies, qpts.length),
      totals: intensities.map((modes) => modes.reduce((a, b) => a + b, 0)),
    };
  };
  const near = (actual: number[], expected: number[], relative: number) => {
    assert.equal(actual.length, expected.length);
    expected.forEach((x, k) => {
      assert.ok(
        Math.abs(actual[k] - x) <= relative * Math.abs(x) + 1e-5,
        `${k}: ${actual[k]}, expected ${x}`,
      );
    });
  };

  for (const name of ['inside', 'outside']) {
    it(`CASTEP: an atom written ${name} the cell`, async () => {
      const { qpts, frequencies_meV, total_mbarn_per_atom } = json('castep-positions/expected.json');
      const found = await evaluate(`castep-positions/${name}.castep_bin`, qpts);
      near(found.frequencies.flat(), frequencies_meV.flat(), 1e-6);
      near(found.totals, total_mbarn_per_atom, 1e-6);
    });
  }

  for (const name of ['phonopy', 'both-called-H']) {
    it(`phonopy: hydrogen at two sites, ${name}.yaml`, async () => {
      const { qpts, total_mbarn_per_atom } = json('site-labels/expected.json');
      const found = await evaluate(`site-labels/${name}.yaml`, qpts);
      near(found.totals, total_mbarn_per_atom, 1e-6);
      const notes = found.notes.filter((note) => note.includes('taken for a label'));
      assert.equal(notes.length, name === 'phonopy' ? 2 : 0);
    });
  }

  it('phonopy: BORN of atoms that moments tell apart', async () => {
    const { qpts, frequencies_meV } = json('born-magnetic/expected.json');
    const found = await evaluate('born-magnetic', qpts, { born_name: 'BORN' });
    near(found.frequencies.flat(), frequencies_meV.flat(), 1e-6);
  });
});
