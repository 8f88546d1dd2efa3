import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../../src/models/units.js';
import { columns, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { frequencyDeviation, intensityDeviation } from '../support/references.js';

interface Case {
  options: {
    asr?: 'reciprocal' | 'realspace';
    dipole?: boolean;
    splitting?: boolean;
    dipole_parameter?: number;
  };
  /** hartree */
  frequencies: number[][];
  structure_factors: number[][];
  /** [temperature][n][3][3] bohr²; none where a mode of the grid is near zero */
  debye_waller?: number[][][][];
  /** with the tensors of the last temperature */
  structure_factors_300K?: number[][];
}

interface Expected {
  scattering_lengths: Record<string, number | [number, number]>;
  qpts: number[][];
  grid: [number, number, number];
  temperatures: number[];
  cases: Case[];
}

const folder = fileURLToPath(new URL('../golden/crystals/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.expected.json'))
  .map((name) => name.replace('.expected.json', ''));

/** What the reciprocal sum rule's amplified rounding allows: meV, and relative. */
const SUM_RULE = { frequencies: { absolute: 1e-3 }, intensities: 3e-4, tensors: 1e-6 };
/** Euphonic removes a little more than each translation's eigenvalue: 1e-8 of the smallest one. */
const REAL_SPACE = { frequencies: { relative: 1e-7 }, intensities: 1e-6, tensors: 1e-9 };
const EXACT = { frequencies: { relative: 1e-7 }, intensities: 1e-6, tensors: 1e-10 };

const TOLERANCES = { none: EXACT, reciprocal: SUM_RULE, realspace: REAL_SPACE };

describe('crystals with what is easily got wrong, as Euphonic calculates them', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  for (const name of names) {
    const expected: Expected = JSON.parse(readFileSync(join(folder, `${name}.expected.json`), 'utf8'));
    for (const golden of expected.cases) {
      it(`${name} ${JSON.stringify(golden.options)}`, async () => {
        const client = daemon.client();
        const model = await client.loadModel(join(folder, `${name}.json`));
        const { qpts, grid, scattering_lengths } = expected;
        const tolerance = TOLERANCES[golden.options.asr ?? 'none'];
        const evaluate = async (options: EvaluateOptions) => {
          const all = { ...golden.options, scattering_lengths, bose: false, ...options };
          const result = await client.evaluate(model, columns(qpts), all);
          return {
            w: transposed(result.frequencies, qpts.length),
            s: transposed(result.structureFactors!, qpts.length),
          };
        };
        const frequencies = golden.frequencies.map((row) => row.map((w) => 1000 * EV_PER_HARTREE * w));
        const near = (comparison: { quantity: string; deviation: number; tolerance: number }, what: string) =>
          assert.ok(
            comparison.deviation <= comparison.tolerance,
            `${what}, ${comparison.quantity}: ${comparison.deviation}`,
          );

        const cold = await evaluate({});
        near(frequencyDeviation(cold.w, frequencies, qpts, tolerance.frequencies), 'frequencies');
        near(intensityDeviation(cold.s, golden.structure_factors, frequencies, tolerance.intensities), 'S');

        if (!golden.debye_waller) return;
        for (const [k, temperature] of expected.temperatures.entries()) {
          const { asr, dipole, dipole_parameter } = golden.options;
          const { tensors } = await client.debyeWaller(model, {
            grid,
            temperature,
            symmetrise: false,
            ...(asr && { asr }),
            ...(dipole !== undefined && { dipole }),
            ...(dipole_parameter && { dipole_parameter }),
          });
          const w = golden.debye_waller[k].flat(2).map((x) => x * ANGSTROM_PER_BOHR ** 2);
          const largest = Math.max(...w.map(Math.abs));
          const deviation = Math.max(...w.map((x, i) => Math.abs(x - tensors[i]))) / largest;
          near({ quantity: 'W', deviation, tolerance: tolerance.tensors }, `${temperature} K`);
        }

        const debyeWaller = Float64Array.from(
          golden.debye_waller[1].flat(2),
          (x) => x * ANGSTROM_PER_BOHR ** 2,
        );
        const warm = await evaluate({ temperature: 300, debyeWaller });
        near(
          intensityDeviation(warm.s, golden.structure_factors_300K!, frequencies, tolerance.intensities),
          'S at 300 K',
        );
      });
    }
  }
});
