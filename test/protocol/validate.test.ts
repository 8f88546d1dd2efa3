import assert from 'node:assert/strict';
import type { ErrorCode } from '../../src/base/errors.js';
import { nearest } from '../../src/base/nearest.js';
import { float64Frame, int32Frame } from '../../src/protocol/arrays.js';
import { CONTROL_METHODS, type Method, WORK_METHODS } from '../../src/protocol/messages.js';
import { checkMethod, checkParams, checkRequest } from '../../src/protocol/validate.js';
import { failsWith } from '../support/errors.js';

const model = 'a'.repeat(64);
const open = (params: Record<string, unknown>) => checkParams('job.open', { model, n_points: 10, ...params });

describe('parameters', () => {
  it('have the documented defaults', () => {
    assert.deepEqual(open({}), {
      model,
      n_points: 10,
      quantity: 'structure_factor',
      asr: null,
      dipole: true,
      dipole_parameter: 1,
      splitting: true,
      mode_gradients: false,
      temperature: null,
      bose: true,
      negative_e: false,
      scattering_lengths: 'Sears1992',
      shape: 'gauss',
      scale: 1,
      frequency_scale: 1,
      n_threads: null,
    });
  });

  it('may be scattering lengths of any elements, real or complex', () => {
    const scattering_lengths = { B: [5.3, -0.213], O: 5.803 };
    assert.deepEqual(open({ scattering_lengths }).scattering_lengths, scattering_lengths);
  });

  const refused: [string, unknown, string][] = [
    ['temperature', -1, 'kelvin'],
    ['temperature', Number.NaN, 'kelvin'],
    ['temperature', Number.POSITIVE_INFINITY, 'kelvin'],
    ['temperature', '300', 'kelvin'],
    ['asr', 'real_space', 'realspace'],
    ['asr', 'none', 'null'],
    ['dipole', 1, 'true or false'],
    ['dipole_parameter', 0, '> 0'],
    ['dipole_parameter', -0.5, '> 0'],
    ['n_threads', 0, 'integer'],
    ['n_threads', 1.5, 'integer'],
    ['n_points', -1, 'integer'],
    ['n_points', 2 ** 60, 'integer'],
    ['model', 'quartz', '64'],
    ['quantity', 'dos', 'structure_factor'],
    ['scattering_lengths', 'Sears1993', 'Sears1992'],
    ['scattering_lengths', { O: '5.8' }, 'fm'],
    ['scattering_lengths', { O: [1, 2, 3] }, 'fm'],
  ];
  for (const [name, value, expected] of refused) {
    it(`refuse ${name} = ${JSON.stringify(value)} (${typeof value})`, async () => {
      const error = await failsWith('invalid_argument', () => open({ [name]: value }));
      assert.ok(error.message.includes(name), error.message);
      assert.ok(error.where?.startsWith(name), error.where);
      assert.ok(error.expected?.includes(expected), error.expected);
    });
  }

  it('say which one is missing', async () => {
    const error = await failsWith('invalid_argument', () => checkParams('job.open', { n_points: 1 }));
    assert.match(error.message, /needs model/);
    assert.equal(error.where, 'model');
  });

  it('that nobody knows get the nearest name', async () => {
    const error = await failsWith('unknown_option', () => open({ dipole_parametre: 1 }));
    assert.equal(error.advice, 'Did you mean dipole_parameter?');
    const far = await failsWith('unknown_option', () => open({ colour: 'blue' }));
    assert.equal(far.advice, undefined);
    await failsWith('unknown_option', () => checkParams('ping', { loud: true }));
    await failsWith('unknown_option', () => open({ constructor: 1 }));
  });
});

describe('methods', () => {
  it('belong to one socket each', async () => {
    assert.equal(checkMethod('ping', CONTROL_METHODS), 'ping');
    const error = await failsWith('unknown_method', () => checkMethod('job.computes', WORK_METHODS));
    assert.equal(error.advice, 'Did you mean job.compute?');
    await failsWith('unknown_method', () => checkMethod('ping', WORK_METHODS));
    await failsWith('unknown_method', () => checkMethod('toString', WORK_METHODS));
  });
});

describe('array frames of a request', () => {
  const compute = { job: 'j', offset: 0, count: 2 };
  const check = <M extends Method>(
    method: M,
    params: Record<string, unknown>,
    frames: ReturnType<typeof float64Frame>[],
  ) => checkRequest(method, { id: 1, method, params, frames });
  const q = (count: number) => float64Frame('qpts', [3, count], new Float64Array(3 * count));

  it('are found by name', () => {
    const directions = float64Frame('directions', [3, 2], new Float64Array(6));
    const { frames } = check('job.compute', compute, [directions, q(2)]);
    assert.deepEqual([...frames.keys()].sort(), ['directions', 'qpts']);
  });

  const wrong: [string, ErrorCode, ReturnType<typeof float64Frame>[]][] = [
    ['of another length than count', 'invalid_argument', [q(3)]],
    ['transposed', 'invalid_argument', [float64Frame('qpts', [2, 3], new Float64Array(6))]],
    ['flat', 'invalid_argument', [float64Frame('qpts', [6], new Float64Array(6))]],
    ['of integers', 'invalid_argument', [int32Frame('qpts', [3, 2], new Int32Array(6))]],
    ['there twice', 'invalid_argument', [q(2), q(2)]],
    ['misspelt', 'unknown_option', [{ ...q(2), name: 'qpt' }]],
  ];
  for (const [what, code, frames] of wrong) {
    it(`are refused when ${what}`, () => failsWith(code, () => check('job.compute', compute, frames)));
  }

  it('are refused when missing', () =>
    failsWith('invalid_argument', () =>
      check('spectrum.powder_sqw', { model: 'a'.repeat(64), width: [1] }, [
        float64Frame('q', [2], new Float64Array(2)),
      ]),
    ));

  it('of a model must agree about the numbers of atoms and cells', async () => {
    const f8 = (name: string, ...shape: number[]) =>
      float64Frame(name, shape, new Float64Array(shape.reduce((a, b) => a * b, 1)));
    const i4 = (name: string, ...shape: number[]) =>
      int32Frame(name, shape, new Int32Array(shape.reduce((a, b) => a * b, 1)));
    const frames = (n: number, c: number, rows: number) => [
      f8('cell_vectors', 3, 3),
      f8('atom_r', 2, 3),
      f8('atom_mass', n),
      i4('sc_matrix', 3, 3),
      i4('cell_origins', 4, 3),
      f8('force_constants', c, rows, rows),
    ];
    const put = { atom_type: ['Na', 'Cl'] };
    check('model.put', put, frames(2, 4, 6));
    for (const [n, c, rows] of [
      [3, 4, 6],
      [2, 5, 6],
      [2, 4, 9],
      [2, 4, 5],
    ] as const) {
      await failsWith('invalid_argument', () => check('model.put', put, frames(n, c, rows)));
    }
  });
});

describe('nearest name', () => {
  const known = ['asr', 'dipole', 'dipole_parameter', 'temperature', 'n_threads', 'negative_e'];
  const pairs: [string, string | undefined][] = [
    ['temprature', 'temperature'],
    ['Temperature', 'temperature'],
    ['nthreads', 'n_threads'],
    ['negative-e', 'negative_e'],
    ['dipol', 'dipole'],
    ['ars', 'asr'],
    ['', undefined],
    ['x'.repeat(1e5), undefined],
  ];
  for (const [given, expected] of pairs) {
    it(`of '${given.slice(0, 20)}' is ${expected}`, () => assert.equal(nearest(given, known), expected));
  }
});
