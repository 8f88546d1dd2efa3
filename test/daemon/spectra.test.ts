import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { materials } from '../../crystals/generate.js';
import { inAngstrom } from '../../src/models/units.js';
import { float64Frame, toFloat64Array } from '../../src/protocol/arrays.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { goldenDirections, placeSphere } from '../../src/qpoints/spheres.js';
import { TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

/** Of a sphere whose average is known to better than what is stated. */
const DIRECTIONS = 2 ** 13;

describe('spectra of the daemon', function () {
  this.timeout(60_000);
  const daemon = new TestDaemon();
  let peer: RawPeer;
  let control: RawPeer;
  let model: string;
  let summary: ModelSummary;
  let file: string;
  before(async () => {
    file = daemon.model('quartz', materials.quartz());
    summary = await daemon.client().loadModel(file);
    model = summary.model;
    peer = new RawPeer(daemon.connection(), 'work');
    control = new RawPeer(daemon.connection(), 'control');
  });
  after(async () => {
    peer.close();
    control.close();
    await daemon.dispose();
  });

  type Frames = Parameters<RawPeer['request']>[2];

  async function ask(method: string, params: Record<string, unknown>, frames?: Frames) {
    const response = await peer.request(method, { model, ...params }, frames);
    assert.ok('result' in response, JSON.stringify(response));
    const arrays = Object.fromEntries(response.frames.map((frame) => [frame.name, toFloat64Array(frame)]));
    return { ...response.result, ...arrays } as Record<string, unknown> & Record<string, Float64Array>;
  }

  /** The numbers of a command's JSON, NaN as null. */
  async function numbers(...args: string[]): Promise<(number | null)[]> {
    const output = join(daemon.folder, 'spectrum.json');
    const { code, stderr } = await daemon.cli(
      args[0],
      file,
      '--save-json',
      output,
      '--asr',
      ...args.slice(1),
    );
    assert.equal(code, 0, stderr);
    const json = JSON.parse(readFileSync(output, 'utf8').replaceAll('NaN', 'null'));
    return (json.z_data ?? json.y_data).flat();
  }
  const shown = (data: Float64Array) => Array.from(data, (x) => (Number.isNaN(x) ? null : x));
  const asr = 'reciprocal';

  it('are those of the command line, to the last bit', async () => {
    const grid = ['--grid', '6', '5', '4'];
    const dos = await ask('spectrum.dos', {
      ...{ asr, grid: [6, 5, 4], ebins: 50, pdos: true, energy_broadening: [2], weighting: 'coherent-dos' },
    });
    assert.deepEqual(
      shown(dos.data),
      await numbers('dos', ...grid, '--ebins', '50', '--eb', '2', '-w', 'coherent-dos', '--pdos'),
    );
    const map = await ask('spectrum.map', {
      ...{ asr, path: 'M K | A L', q_spacing: 0.1, zone: [1, 0, 2], temperature: 300, grid: [3, 3, 3] },
      ...{ energy_broadening: [1.5, 0.01], ebins: 80 },
    });
    const path = ['--path', 'M K | A L', '--q-spacing', '0.1', '--zone', '1', '0', '2'];
    const hot = ['--temperature', '300', '--grid', '3', '3', '3'];
    assert.deepEqual(
      shown(map.data),
      await numbers('map', ...path, ...hot, '--eb', '1.5', '0.01', '--ebins', '80'),
    );
    const powder = await ask('spectrum.powder', {
      ...{ asr, weighting: 'total', temperature: 300, grid: [3, 3, 3], q_min: 1, q_max: 3, q_spacing: 0.5 },
      ...{ npts: 200, error: 20, ebins: 60, energy_broadening: [4], e_incident: 90, angle_range: [3, 130] },
    });
    const spheres = ['--q-min', '1', '--q-max', '3', '--q-spacing', '0.5', '--npts', '200', '--error', '20'];
    const limits = ['--e-i', '90', '--angle-range', '3', '130', '--ebins', '60', '--eb', '4'];
    assert.deepEqual(
      shown(powder.data),
      await numbers('powder', '-w', 'total', ...hot, ...spheres, ...limits),
    );
    assert.equal(powder.sphere_errors.length, 4);
    assert.ok(powder.sphere_errors.every((x) => x > 0 && x <= 0.2));
  });

  it('have no acoustic modes of a zone centre, whose frequencies are rounding', async () => {
    const [ebins, e_max] = [80, 160];
    const options = {
      asr,
      temperature: 300,
      debye_waller_grid: [3, 3, 3] as [number, number, number],
    } as const;
    const path = { path: 'M G', q_spacing: 0.2, zone: [3, 0, 1] };
    const map = await ask('spectrum.map', { ...options, ...path, e_min: 0, e_max, ebins });
    const { structureFactors } = await daemon.client().evaluate(summary, Float64Array.of(3, 0, 1), {
      ...{ ...options, quantity: 'structure_factor', bose: true },
      directions: Float64Array.of(0.5, 0, 0),
    });
    assert.ok(structureFactors!.slice(0, 3).some((x) => x > 1e9));
    const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0);
    const optical = sum(structureFactors!.slice(3));
    assert.ok(Math.abs((e_max / ebins) * sum(map.data.slice(-ebins)) - optical) < 1e-6 * optical);
    // the first of eight q-points of a bin is (3 0 0)
    const hot = ['--temperature', '300', '--grid', '3', '3', '3'];
    const slice = await numbers('slice', ...hot, '--u-bin', '3.35', '0.8', '4.15');
    assert.ok(slice.some((x) => x! > 0) && slice.every((x) => x! < 1e4), `${Math.max(...slice.map(Number))}`);
  });

  it('for fits are those of a powder map, and nothing is calculated anew for scales and widths', async () => {
    const wanted = {
      asr,
      temperature: 300,
      debye_waller_grid: [3, 3, 3],
      q_spacing: 0.1,
      npts: 400,
      error: 5,
    };
    const energies = Float64Array.from({ length: 60 }, (_, k) => 1.25 + 2.5 * k);
    const at = (q: number) => energies.map(() => q);
    const frames = (q: Float64Array) => [
      float64Frame('q', [q.length], q),
      float64Frame('energies', [q.length], energies),
    ];
    const first = await ask('spectrum.powder_sqw', { ...wanted, width: [3] }, frames(at(2.1)));
    assert.equal(first.cached, false);
    const broadened = await ask('spectrum.powder', {
      ...{ asr, temperature: 300, grid: [3, 3, 3], npts: 400, error: 5, energy_broadening: [3] },
      ...{ q_min: 2.05, q_max: 2.15, q_spacing: 0.1, e_min: 0, e_max: 150, ebins: 60 },
    });
    const largest = Math.max(...broadened.data);
    first.intensities.forEach((x, k) => {
      // one is a mean over a bin, the other its middle
      assert.ok(Math.abs(x - broadened.data[k]) < 0.05 * largest, `${k}: ${x} ${broadened.data[k]}`);
    });
    const other = { ...wanted, width: [0.5, 0.02], shape: 'lorentz', frequency_scale: 1.1 };
    const second = await ask('spectrum.powder_sqw', other, frames(at(2.1)));
    assert.equal(second.cached, true);
    assert.equal(second.kernel_seconds as unknown, 0);
    const [lower, upper, between] = await Promise.all(
      [2.1, 2.2, 2.125].map(async (q) => {
        const own = new RawPeer(daemon.connection(), 'work');
        const response = await own.request(
          'spectrum.powder_sqw',
          { model, ...wanted, width: [3] },
          frames(at(q)),
        );
        own.close();
        assert.ok('result' in response);
        return toFloat64Array(response.frames[0]);
      }),
    );
    between.forEach((x, k) => {
      assert.ok(Math.abs(x - (0.75 * lower[k] + 0.25 * upper[k])) < 1e-9 * largest);
    });
    const dho = await ask('spectrum.powder_sqw', { ...wanted, width: [3], shape: 'dho' }, frames(at(2.1)));
    const sum = (array: Float64Array) => array.reduce((total, x) => total + x, 0);
    assert.ok(Math.abs(sum(dho.intensities) / sum(first.intensities) - 1) < 0.1);
  });

  for (const { spacing, radii } of [
    { spacing: 0.1, radii: [2.05, 2.14] },
    { spacing: 0.025, radii: [2.0625, 2.11] },
  ]) {
    it(`for fits, spheres ${spacing} 1/Å apart, are as good as they say, beside an average over many directions`, async () => {
      const energies = Float64Array.from({ length: 64 }, (_, k) => 2.5 * k);
      const common = { asr, temperature: 300, debye_waller_grid: [3, 3, 3], width: [3] };
      const pairs = radii.flatMap((q) => Array.from(energies, (energy) => ({ q, energy })));
      const found = await ask('spectrum.powder_sqw', { ...common, q_spacing: spacing, error: 2 }, [
        float64Frame(
          'q',
          [pairs.length],
          Float64Array.from(pairs, ({ q }) => q),
        ),
        float64Frame(
          'energies',
          [pairs.length],
          Float64Array.from(pairs, ({ energy }) => energy),
        ),
      ]);
      const [stated, between] = [found.error[1], found.interpolation_error[1]];
      assert.ok(stated > 0 && stated <= 0.02 && between > 0 && between < 0.05, `${stated}, ${between}`);
      for (const [i, radius] of radii.entries()) {
        const fine = await fineAverage(radius, energies, common);
        const own = found.intensities.subarray(64 * i, 64 * (i + 1));
        const off = norm(own.map((x, k) => x - fine[k])) / norm(fine);
        assert.ok(off < 1.5 * Math.hypot(stated, between), `${radius}: ${off}, stated ${stated}, ${between}`);
      }
    });
  }

  /** Over directions that are equally dense, each calculated at this radius. */
  async function fineAverage(radius: number, energies: Float64Array, params: Record<string, unknown>) {
    const qpts = new Float64Array(3 * DIRECTIONS);
    const { cellVectors } = materials.quartz().crystal;
    placeSphere(qpts, 0, DIRECTIONS, goldenDirections(DIRECTIONS), radius, inAngstrom(cellVectors));
    const { intensities } = await ask('spectrum.sqw', params, [
      float64Frame('qpts', [3, DIRECTIONS], qpts),
      float64Frame('energies', [energies.length], energies),
    ]);
    const mean = new Float64Array(energies.length);
    intensities.forEach((x, k) => {
      mean[k % mean.length] += x / DIRECTIONS;
    });
    return mean;
  }
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

  it('of single crystals are sqw at each q-point and each energy', async () => {
    const points = [
      [0.1, 0, 0],
      [1, 0, 2],
      [1, 0, 2.1],
      [0.5, 0.2, -1],
    ];
    const ways = [NaN, 1, NaN, NaN];
    const energies = Float64Array.from({ length: 40 }, (_, k) => 4 * k - 20);
    const grid: [number, number, number] = [2, 2, 2];
    const options = { asr: 'reciprocal' as const, temperature: 300, debye_waller_grid: grid };
    const line = { negative_e: true, width: [3, 0.01], intensity_limit: 40 };
    const found = await ask('spectrum.sqw', { ...options, ...line }, [
      float64Frame('qpts', [3, 4], Float64Array.from([0, 1, 2].flatMap((c) => points.map((q) => q[c])))),
      float64Frame('directions', [3, 4], Float64Array.from([0, 1, 2].flatMap((c) => ways.map((x) => x * c)))),
      float64Frame('energies', [40], energies),
    ]);
    const pairs = points.flatMap((q, i) => Array.from(energies, () => ({ q, way: ways[i] })));
    const columns = (of: (pair: (typeof pairs)[number], c: number) => number) =>
      Float64Array.from([0, 1, 2].flatMap((c) => pairs.map((pair) => of(pair, c))));
    const { intensities } = await daemon.client().evaluate(
      summary,
      columns(({ q }, c) => q[c]),
      {
        ...{ ...options, ...line, quantity: 'sqw', bose: true },
        directions: columns(({ way }, c) => way * c),
        energies: Float64Array.from(pairs, (_, k) => energies[k % 40]),
      },
    );
    const largest = Math.max(...intensities!);
    assert.ok(largest > 1);
    found.intensities.forEach((x, k) => {
      assert.ok(Math.abs(x - intensities![k]) < 1e-9 * largest, `${k}: ${x} ${intensities![k]}`);
    });
  });

  it('are cancelled by their ticket, and shown while they are made', async () => {
    const request = peer.request('spectrum.powder', { model, asr, error: 0.01, ticket: 'mine' });
    let job: Record<string, unknown> | undefined;
    for (let i = 0; i < 100 && !(Number(job?.points) > 0); i++) {
      await sleep(50);
      const status = await control.request('status');
      assert.ok('result' in status);
      job = (status.result.jobs as Record<string, unknown>[]).find(
        ({ quantity }) => quantity === 'spectrum.powder',
      );
    }
    assert.equal(job?.job, 'mine');
    assert.ok(Number(job?.n_points) >= Number(job?.points));
    await control.request('job.cancel', { job: 'mine' });
    const response = await request;
    assert.ok('error' in response && response.error.code === 'cancelled');
    const status = await control.request('status');
    assert.deepEqual('result' in status && status.result.jobs, []);
  });

  it('are refused with what is wrong', async () => {
    for (const [method, params, code, words, frames] of [
      ['spectrum.dos', { e_min: 500, e_max: 600 }, 'invalid_argument', /No mode lies/],
      ['spectrum.dos', { energy_broadening: [0] }, 'invalid_argument', /broadening is 0/],
      ['spectrum.dos', { weighting: 'neutron-weighted' }, 'invalid_argument', /temperature \(K\) and q_mean/],
      ['spectrum.dos', { pdos: ['Fe'] }, 'invalid_argument', /no atoms of type Fe.*Si, O/],
      ['spectrum.map', { path: 'G M X' }, 'invalid_argument', /X.*GAMMA A K/],
      ['spectrum.map', { path: 'G M', e_min: 300, e_max: 400 }, 'invalid_argument', /Nothing is to be seen/],
      ['spectrum.map', { path: 'G M', ebins: 2 ** 21, q_spacing: 0.1 }, 'too_large', /MAX_MAP_NUMBERS/],
      ['spectrum.powder', { e_incident: 2, q_min: 5, q_max: 6 }, 'invalid_argument', /Q between .* 1\/Å/],
      ['spectrum.powder', { weighting: 'incoherent' }, 'invalid_argument', /needs a temperature/],
      ['spectrum.powder', { q_max: 2, q_min: 2 }, 'invalid_argument', /from 2 to 2/],
      ['spectrum.powder', { npts: 2 ** 18 }, 'too_large', /MAX_DIRECTIONS/],
      ['spectrum.sqw', {}, 'invalid_argument', /needs width/],
      [
        'spectrum.sqw',
        { width: [1] },
        'invalid_argument',
        /qpts holds NaN/,
        [
          float64Frame('qpts', [3, 1], Float64Array.of(0, NaN, 0)),
          float64Frame('energies', [1], Float64Array.of(1)),
        ],
      ],
    ] as [string, Record<string, unknown>, string, RegExp, Frames?][]) {
      const response = await peer.request(method, { model, ...params }, frames);
      assert.ok('error' in response, method);
      const { message, expected } = response.error;
      assert.equal(response.error.code, code, message);
      assert.match(`${message} ${expected}`, words);
    }
  });
});
