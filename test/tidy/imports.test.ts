/** Imports run down, in src and in native: what a folder may use is said here, and nothing else is used. */
import assert from 'node:assert/strict';
import { dirname, posix } from 'node:path';
import { circles, type Graph, merged } from './support/graph.js';
import { none } from './support/none.js';
import { filesIn, read } from './support/tree.js';
import { importsOf } from './support/typescript.js';

/** Folders of src, and those that each uses. Whoever adds an arrow adds it here; it must run down in ARCHITECTURE.md's map. */
const ROOMS: Record<string, string> = {
  base: '',
  protocol: 'base',
  runtime: 'base',
  'models/data': '',
  models: 'base models/data',
  'models/readers': 'base models',
  qpoints: 'models',
  'qpoints/paths': 'base models qpoints',
  spectra: 'base models protocol qpoints qpoints/paths',
  'spectra/calculation': 'base models protocol qpoints qpoints/paths spectra',
  'figure/page': '',
  figure: 'base figure/page spectra',
  compute: 'models qpoints',
  'compute/local': 'base compute models models/readers',
  'daemon/limits': 'base compute protocol runtime',
  'daemon/sockets': 'base daemon/limits protocol runtime',
  'daemon/store':
    'base compute compute/local daemon/limits models models/readers protocol qpoints qpoints/paths',
  'daemon/jobs': 'base compute daemon/limits daemon/sockets daemon/store models protocol qpoints',
  'daemon/spectra':
    'base compute daemon/jobs daemon/limits models protocol qpoints qpoints/paths spectra spectra/calculation',
  daemon:
    'base compute daemon/jobs daemon/limits daemon/sockets daemon/spectra daemon/store protocol runtime',
  client: 'base models protocol runtime',
  cluster: 'base compute compute/local models protocol runtime',
  'cli/terminal': 'base runtime',
  'cli/options':
    'base cli/terminal cluster daemon/limits figure models protocol qpoints qpoints/paths runtime spectra spectra/calculation',
  'cli/formats': 'base cli/options cli/terminal client figure protocol qpoints runtime spectra',
  'cli/commands':
    'base cli/formats cli/options cli/terminal client cluster compute compute/local daemon daemon/limits protocol qpoints qpoints/paths runtime spectra spectra/calculation',
  cli: 'base cli/commands cli/options cli/terminal protocol',
  '.': 'cli cli/terminal',
};

/** The same for native: the folders of the core, the addon, the gateway. */
const NATIVE_ROOMS: Record<string, string> = {
  windows: '',
  core: '',
  'core/platform': '',
  'core/plan': 'core',
  'core/kernel': 'core core/plan core/platform',
  'core/pool': 'core core/kernel core/plan core/platform',
  'core/profile': 'core/kernel core/platform core/pool',
  node: 'core core/kernel core/platform core/pool core/profile windows',
  'mex/wire': 'windows',
  'mex/api': '',
  mex: 'mex/wire',
  fuzz: 'mex/wire',
};

const typescript: Graph = new Map(
  filesIn('src', '.ts').map((file) => [
    file,
    new Set(
      importsOf(file)
        .map(({ target }) => target)
        .filter((target) => target.startsWith('src/') && target !== file),
    ),
  ]),
);

/** Highway reads a file once more for each target by its own name: that does not count as including itself. */
const headers = new Set(filesIn('native', '.h'));
const native: Graph = new Map(
  filesIn('native', '.h', '.cpp').map((file) => [
    file,
    new Set(
      [...read(file).matchAll(/^#include "([^"]+)"/gm)]
        .map(([, name]) => posix.join('native', name))
        .filter((target) => headers.has(target) && target !== file),
    ),
  ]),
);

function rooms(graph: Graph, top: string): Graph {
  return merged(graph, (file) => posix.relative(top, dirname(file)) || '.');
}

function isAsTold(found: Graph, told: Record<string, string>): void {
  const lines = (room: string, targets: Iterable<string>) => [
    room,
    ...[...targets].map((to) => `${room} → ${to}`),
  ];
  const arrows = [...found].flatMap(([room, targets]) => lines(room, targets));
  const allowed = Object.entries(told).flatMap(([room, to]) => lines(room, to.split(' ').filter(Boolean)));
  none([
    ...arrows.filter((arrow) => !allowed.includes(arrow)).map((arrow) => `not in the table: ${arrow}`),
    ...allowed.filter((arrow) => !arrows.includes(arrow)).map((arrow) => `only in the table: ${arrow}`),
  ]);
}

/** In the table a room stands below those that it uses. */
function runsDown(told: Record<string, string>): void {
  const order = Object.keys(told);
  for (const [room, targets] of Object.entries(told)) {
    for (const target of targets.split(' ').filter(Boolean)) {
      assert.ok(order.indexOf(target) < order.indexOf(room), `${room} stands above ${target}`);
    }
  }
}

/** The rows of ARCHITECTURE.md's map for folders of src, the highest first. */
const rows = [...read('ARCHITECTURE.md').matchAll(/^\| `(src\/[^`]+)` \|/gm)].map(([, folder]) => folder);

/** A folder without a row of its own belongs to that of the folder it is in. */
function rowOf(folder: string): number {
  const found = rows.indexOf(folder);
  return found >= 0 || folder === 'src' ? found : rowOf(dirname(folder));
}

describe('imports', () => {
  it('of src: run down in the map of ARCHITECTURE.md', () => {
    assert.ok(rows.length > 10);
    const up = [...typescript].flatMap(([file, targets]) =>
      [...targets]
        .filter((target) => rowOf(dirname(target)) < rowOf(dirname(file)))
        .map((target) => `${file} → ${target}`),
    );
    none(up);
    none(Object.keys(ROOMS).filter((room) => room !== '.' && rowOf(`src/${room}`) < 0));
  });

  for (const [name, graph, top, told] of [
    ['src', typescript, 'src', ROOMS],
    ['native', native, 'native', NATIVE_ROOMS],
  ] as const) {
    it(`of ${name}: no circle of files`, () => {
      assert.ok(graph.size > 50);
      none(circles(graph).map((files) => files.join(' ↔ ')));
    });

    it(`of ${name}: folders use those that the table says`, () => {
      runsDown(told);
      isAsTold(rooms(graph, top), told);
    });
  }
});
