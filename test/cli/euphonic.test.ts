import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TestDaemon } from '../support/daemon.js';

/** Written by test/golden/spectra/make.py. */
interface Golden {
  e_max: number;
  bins: number;
  dos: { labels: string[]; data: number[][] };
  /** points on a line: frequencies in ascending order [points, modes], S in bins of energy [points, bins] */
  line: { corners: [number[], number[]]; points: number; frequencies: number[][]; map: number[][] };
  /** edges of bins, S of each sphere [spheres, bins] */
  powder: { q: number[]; data: number[][] };
}

const root = new URL('../../', import.meta.url);
const CRYSTALS = {
  quartz_bks: 'matlab/examples/data/quartz_bks.json.gz',
  triclinic: 'test/golden/crystals/triclinic.json',
};

describe("spectra beside Euphonic's", function () {
  this.timeout(60_000);
  const daemon = new TestDaemon();
  after(() => daemon.dispose());
  for (const [name, path] of Object.entries(CRYSTALS)) {
    describe(name, () => {
      const golden: Golden = JSON.parse(
        readFileSync(new URL(`test/golden/spectra/${name}.json`, root), 'utf8'),
      );
      const { e_max, bins, line, powder } = golden;
      const energies = ['--e-min', '0', '--e-max', String(e_max), '--ebins', String(bins)];
      const hot = ['--temperature', '300', '--grid', '4', '3', '2'];
      const file = join(daemon.folder, `${name}.json`);
      before(() => {
        const content = readFileSync(new URL(path, root));
        writeFileSync(file, path.endsWith('.gz') ? gunzipSync(content) : content);
      });

      async function made(command: string, ...args: string[]) {
        const output = join(daemon.folder, `${command}.json`);
        const { code, stderr } = await daemon.cli(command, file, '--asr', '--save-json', output, ...args);
        assert.equal(code, 0, stderr);
        return JSON.parse(readFileSync(output, 'utf8'));
      }

      /** Along the golden file's line, in as many steps. */
      let spacing: string;
      const along = async (command: string, ...args: string[]) => {
        const q = ['--q', line.corners.flat().join(' '), '--q-spacing'];
        if (!spacing) {
          const { x_data } = await made(command, ...q, '9', ...args);
          spacing = String((1.0001 * x_data.at(-1)) / (line.points - 1));
        }
        return made(command, ...q, spacing, ...args);
      };

      it('densities of states on the same grid, total and partial, to 1e-3', async () => {
        const found = await made('dos', '--grid', '6', '5', '4', ...energies, '--pdos');
        const labels = found.metadata.line_data.map(({ label }: { label: string }) => label);
        assert.deepEqual(labels, golden.dos.labels);
        golden.dos.data.forEach((row, i) => {
          const off = Math.sqrt(
            sum(row.map((x, k) => (x - found.y_data[i][k]) ** 2)) / sum(row.map((x) => x * x)),
          );
          assert.ok(off < 1e-3, `${labels[i]}: ${off} off`);
        });
      });

      it('dispersion curves to 5e-5 meV, acoustic ones at zone centres to 0.01', async () => {
        const { y_data } = await along('dispersion');
        line.frequencies.forEach((modes, point) => {
          const isCentre = point === 0;
          modes.forEach((frequency, mode) => {
            const off = Math.abs(y_data[mode][point] - frequency);
            assert.ok(off < (isCentre && mode < 3 ? 0.01 : 5e-5), `${point}, ${mode}: ${off} meV off`);
          });
        });
      });

      it('a map along a line to 1e-4 of its maximum', async () => {
        const { z_data } = await along('map', ...energies, ...hot);
        // Euphonic counts acoustic modes at the zone centre, whose intensity is infinite
        closeRows(z_data.slice(1), line.map.slice(1), 1e-4);
      });

      it('a powder average over the same directions to 1e-4 of the maximum of each sphere', async () => {
        const { q } = powder;
        const spheres = ['--q-min', q[0], '--q-max', q.at(-1), '--q-spacing', q[1] - q[0]].map(String);
        const found = await made(
          'powder',
          ...spheres,
          '--sampling',
          'golden',
          '--npts',
          '1000',
          ...energies,
          ...hot,
        );
        for (const [i, row] of powder.data.entries()) closeRows([found.z_data[i]], [row], 1e-4);
      });
    });
  }
});

const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

/** To so much of the largest number. */
function closeRows(found: number[][], expected: number[][], tolerance: number): void {
  const largest = Math.max(...expected.flat());
  assert.ok(largest > 0 && found.length === expected.length);
  expected.forEach((row, i) => {
    row.forEach((x, k) => {
      const off = Math.abs(found[i][k] - x) / largest;
      assert.ok(off < tolerance, `${i}, ${k}: ${found[i][k]}, expected ${x}`);
    });
  });
}
