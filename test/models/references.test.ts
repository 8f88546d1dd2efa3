import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { balancedLambda } from '../../crystals/ewald.js';
import type { Vector } from '../../src/models/lattice.js';
import { EV_PER_HARTREE } from '../../src/models/units.js';
import { dataFile } from '../support/data.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { eigenvalues } from '../support/hermitian.js';
import { readForceConstants } from '../support/readModel.js';

/** meV; the references were written with slightly other constants, and Euphonic cuts its Ewald sums earlier */
const TOLERANCE = 2e-4;

describe('what the readers give', () => {
  for (const [model, reference, count] of [
    ['quartz/quartz.castep_bin', 'quartz/quartz_no_asr_qpoint_phonon_modes.json', 6],
    ['lzo/LZO_force_constants.json', 'lzo/LZO_no_asr_qpoint_frequencies.json', 2],
  ] as const) {
    it(`${model}: has the frequencies of its reference by plain sums`, async function () {
      const { fc } = await readForceConstants(dataFile(this, model));
      const {
        qpts,
        frequencies: expected,
        frequencies_unit,
      } = JSON.parse(readFileSync(dataFile(this, reference), 'utf8'));
      assert.equal(frequencies_unit, 'millielectron_volt');
      for (let k = 0; k < count; k++) {
        const i = Math.floor(((k + 0.5) * qpts.length) / count);
        const d = dynamicalMatrix(fc, qpts[i] as Vector, balancedLambda(fc.crystal));
        frequencies(eigenvalues(d)).forEach((w, nu) => {
          const meV = 1000 * EV_PER_HARTREE * w;
          const acoustic = Math.abs(expected[i][nu]) < 1 && Math.hypot(...qpts[i]) < 1e-6;
          assert.ok(
            Math.abs(meV - expected[i][nu]) < TOLERANCE || acoustic,
            `${qpts[i]} ${nu}: ${meV} ${expected[i][nu]}`,
          );
        });
      }
    });
  }
});
