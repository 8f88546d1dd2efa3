import { readFileSync } from 'node:fs';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import {
  assertFrequencies,
  assertIntensities,
  columns,
  type FrequencyTolerance,
  transposed,
} from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';

interface Reference {
  qpts: number[][];
  frequencies: number[][];
  structure_factors?: number[][];
}

const EXACT: FrequencyTolerance = { relative: 1e-7, absolute: 1e-6 };
/** The reciprocal sum rule amplifies rounding near the zone centre. */
const SUM_RULE: FrequencyTolerance = { relative: 1e-7, absolute: 0.01, acoustic: 0.55 };

const cases: [
  file: string,
  model: string,
  options: EvaluateOptions,
  tolerance: FrequencyTolerance,
  s?: number,
][] = [
  ['quartz/quartz_no_asr_qpoint_phonon_modes.json', 'quartz/quartz.castep_bin', { splitting: false }, EXACT],
  [
    'quartz/quartz_reciprocal_qpoint_phonon_modes.json',
    'quartz/quartz.castep_bin',
    { asr: 'reciprocal', splitting: false },
    SUM_RULE,
  ],
  [
    'quartz/quartz_reciprocal_qpoint_phonon_modes.json',
    'quartz/quartz.castep_bin',
    { asr: 'reciprocal', splitting: false, dipole_parameter: 0.75 },
    SUM_RULE,
  ],
  [
    'quartz/quartz_split_reciprocal_qpoint_phonon_modes.json',
    'quartz/quartz.castep_bin',
    { asr: 'reciprocal' },
    SUM_RULE,
  ],
  ['quartz/quartz_single_qpoint_phonon_modes.json', 'quartz/quartz.castep_bin', {}, EXACT],
  ['lzo/LZO_no_asr_qpoint_frequencies.json', 'lzo/LZO_force_constants.json', {}, EXACT],
  [
    'lzo/LZO_realspace_qpoint_frequencies.json',
    'lzo/LZO_force_constants.json',
    { asr: 'realspace' },
    { ...EXACT, acoustic: 0.01 },
  ],
  [
    'nacl/NaCl_reciprocal_qpoint_phonon_modes.json',
    'nacl/NaCl_force_constants.json',
    { asr: 'reciprocal' },
    SUM_RULE,
  ],
  ['quartz/quartz_fc_structure_factor.json', 'quartz/quartz.castep_bin', {}, EXACT, 1e-7],
];

describe('references, through the daemon', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  for (const [file, modelFile, options, tolerance, intensity] of cases) {
    it(`${file} ${JSON.stringify(options)}`, async function () {
      const reference: Reference = JSON.parse(readFileSync(dataFile(this, file), 'utf8'));
      const client = daemon.client();
      const model = await client.loadModel(dataFile(this, modelFile));
      const qpts = columns(reference.qpts);
      const nPoints = reference.qpts.length;
      const quantity = intensity === undefined ? 'frequencies' : 'structure_factor';
      const result = await client.evaluate(model, qpts, { ...options, quantity });
      const frequencies = transposed(result.frequencies, nPoints);
      const deviations = [assertFrequencies(frequencies, reference.frequencies, tolerance)];
      // in chunks of one, so that directions come from the neighbours that are told
      const single = await client.evaluate(model, qpts, { ...options, quantity, chunkPoints: 1 });
      assertFrequencies(transposed(single.frequencies, nPoints), frequencies, { relative: 0, absolute: 0 });
      if (intensity !== undefined) {
        const s = transposed(result.structureFactors!, nPoints);
        deviations.push(assertIntensities(s, reference.structure_factors!, reference.frequencies, intensity));
      }
      console.log(
        `      ω within ${deviations[0]!.toExponential(1)} meV${deviations[1] === undefined ? '' : `, S within ${deviations[1].toExponential(1)}`}`,
      );
    });
  }
});
