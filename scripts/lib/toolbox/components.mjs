// What a release is made of, and under which licences: COMPONENTS.txt and the folder licences beside it.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { sourcesOf } from '../cross/sources.mjs';
import { zigFor } from '../cross/zig.mjs';
import { nodeFacts } from '../platforms/nodes.mjs';
import { packageJson } from './contents.mjs';

const debian = (name) => join('/usr/share/doc', name, 'copyright');

/** What the compiler adds to the binaries of a platform: rows of name, licence, and file with its text. */
async function ofCompiler({ zig, system, compiler }, cache) {
  if (zig) {
    const library = join(dirname(await zigFor(cache)), 'lib');
    const licence = 'Apache-2.0 WITH LLVM-exception';
    return [
      ['libc++ 20', licence, join(library, 'libcxx', 'LICENSE.TXT')],
      ['libc++abi 20', licence, join(library, 'libcxxabi', 'LICENSE.TXT')],
    ];
  }
  const gcc = 'GPL-3.0-or-later WITH GCC-exception-3.1';
  if (system.name === 'Windows') {
    const runtime = debian('mingw-w64-x86-64-dev');
    return [
      ['libstdc++ and libgcc 12', gcc, debian('g++-mingw-w64-x86-64-posix')],
      ['mingw-w64 runtime and winpthreads', 'MIT AND ZPL-2.1 AND BSD-3-Clause', runtime],
    ];
  }
  const base = compiler ? 'gcc-12-aarch64-linux-gnu-base' : 'gcc-12-base';
  return [['libstdc++ and libgcc 12', gcc, debian(base)]];
}

async function ofAddon(platform, cache) {
  const highway = await sourcesOf('highway', cache);
  return [
    ['Highway 1.2.0', 'Apache-2.0 OR BSD-3-Clause', join(highway, 'LICENSE-BSD3')],
    ...(await ofCompiler(platform, cache)),
  ];
}

async function ofGateways({ mex, octave }, cache) {
  if (!mex && !octave) return [];
  const zeromq = await sourcesOf('zeromq', cache);
  return [
    [
      'ZeroMQ 4.3.4, with TweetNaCl (public domain)',
      'LGPL-3.0-or-later, with an exception for static linking',
      join(zeromq, 'COPYING.LESSER'),
    ],
    ['msgpack-cxx', 'BSL-1.0', debian('libmsgpack-cxx-dev')],
  ];
}

async function ofNode({ name }, cache) {
  const { version, licenceText } = await nodeFacts(name, cache);
  return [[`Node.js ${version}`, 'MIT and those of its parts', licenceText]];
}

/** Name, version, licence of a package of npm, and the file that has its text. */
function ofPackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying|unlicense)/i.test(entry));
  return [`${name} ${version}`, license ?? 'see its files', file && join(folder, file)];
}

/** Writes both into the folder of a zip; `packages` are the folders of npm's packages in it. */
export async function addComponents(platform, folder, packages, cache) {
  const parts = await Promise.all([ofAddon, ofGateways, ofNode].map((rows) => rows(platform, cache)));
  write(platform, folder, [...copyTexts(parts.flat(), folder), ...packages.map(ofPackage)]);
}

/** The same for a package that has the addon alone. */
export async function addComponentsOfAddon(platform, folder, cache) {
  write(platform, folder, copyTexts(await ofAddon(platform, cache), folder));
}

/** Rows that name the copies in the folder. */
function copyTexts(rows, folder) {
  const licences = join(folder, 'licences');
  mkdirSync(licences, { recursive: true });
  return rows.map(([name, licence, text]) => {
    const file = join(licences, `${name.split(/[ ,]/)[0]}.txt`);
    if (!existsSync(text)) throw new Error(`the licence of ${name} is not in ${text}`);
    copyFileSync(text, file);
    return [name, licence, file];
  });
}

function write(platform, folder, rows) {
  const lines = rows.map(
    ([name, licence, text]) =>
      `| ${name} | ${licence} | ${text ? relative(folder, text).replaceAll('\\', '/') : 'in its package.json'} |`,
  );
  const { version } = packageJson;
  const head = [
    `# What euphonic-bridge ${version} for ${platform.name} is made of`,
    '',
    'Its own code is under the BSD-3-Clause licence (LICENSE). Linked into its binaries, or beside them:',
    '',
    '| component | licence | text |',
    '|---|---|---|',
  ];
  writeFileSync(join(folder, 'COMPONENTS.txt'), `${[...head, ...lines].join('\n')}\n`);
}
