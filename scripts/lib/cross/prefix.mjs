// Static libraries for a platform, and headers, in a folder of their own: what CMake finds when it builds for it.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../run.mjs';
import { contentHash, stampMatches, writeStamp } from '../stamp.mjs';
import { must } from './must.mjs';
import { cmakeArguments, toolOf } from './platforms.mjs';
import { sourcesOf } from './sources.mjs';
import { addGlibc, zigTools } from './zig.mjs';

/** Headers alone, of this machine: no path of the compiler's for the target may lead to /usr/include itself. */
const headers = ['msgpack', 'msgpack.hpp', 'catch2', 'eigen3'];

const options = {
  highway: [
    ...['HWY_ENABLE_TESTS', 'HWY_ENABLE_EXAMPLES', 'HWY_ENABLE_CONTRIB', 'BUILD_TESTING'].map(
      (o) => `${o}=OFF`,
    ),
    'HWY_FORCE_STATIC_LIBS=ON',
  ],
  zeromq: [
    ...['BUILD_SHARED', 'BUILD_TESTS', 'WITH_PERF_TOOL', 'WITH_DOCS', 'ENABLE_CPACK'].map((o) => `${o}=OFF`),
    ...['ENABLE_WS', 'ENABLE_DRAFTS', 'WITH_LIBBSD', 'WITH_LIBSODIUM'].map((o) => `${o}=OFF`),
    ...['BUILD_STATIC', 'ENABLE_CURVE'].map((o) => `${o}=ON`),
  ],
};

/** Local sockets have the select of this release refuse Windows; there the daemon listens at the loopback. */
const zeromqOnWindows = ['ZMQ_HAVE_IPC=OFF', 'POLLER=select'];

/** Options of a compiler by which neither the checkout's place nor the cache's gets into what it makes. */
export const mappedPaths = (cache) =>
  `-ffile-prefix-map=${root}/=euphonic/ -ffile-prefix-map=${cache}/=libraries/`;

/** Zig's linker shows every symbol that is not hidden by the compiler; others have a list of what they show. */
const hidden = ({ zig }) => (zig ? ' -fvisibility=hidden' : '');

/** What was compiled before is taken from ccache where that is on PATH. */
async function launcher() {
  const { code } = await run('sh', ['-c', 'command -v ccache'], { quiet: true });
  return code === 0 ? ['C', 'CXX'].map((language) => `-DCMAKE_${language}_COMPILER_LAUNCHER=ccache`) : [];
}

async function buildLibrary(library, platform, prefix, cache) {
  const source = await sourcesOf(library, cache);
  const build = join(prefix, 'build', library);
  const isWindows = platform.system.name === 'Windows';
  const given = [...options[library], ...(library === 'zeromq' && isWindows ? zeromqOnWindows : [])];
  const common = [
    `-DCMAKE_INSTALL_PREFIX=${prefix}`,
    '-DCMAKE_INSTALL_LIBDIR=lib',
    // no paths of this machine in assertions
    ...['C', 'CXX'].map((language) => `-DCMAKE_${language}_FLAGS=${mappedPaths(cache)}${hidden(platform)}`),
    ...(await launcher()),
    '-DCMAKE_CXX_VISIBILITY_PRESET=hidden',
    '-DCMAKE_VISIBILITY_INLINES_HIDDEN=ON',
  ];
  await must('cmake', [
    ...['-S', source, '-B', build, ...cmakeArguments(platform, prefix), ...common],
    ...given.map((option) => `-D${option}`),
  ]);
  await must('cmake', ['--build', build, '-j', String(availableParallelism()), '--target', 'install']);
  // the headers alone of what else Highway has: compiling its sorting takes minutes
  const extras = join('hwy', 'contrib', 'math');
  if (library === 'highway')
    cpSync(join(source, extras), join(prefix, 'include', extras), { recursive: true });
}

/** libzmq does not say what a static one needs. */
function mendPkgConfig(prefix, { libraries, system }) {
  const file = join(prefix, 'lib', 'pkgconfig', 'libzmq.pc');
  const text = readFileSync(file, 'utf8')
    .replace(/^Libs: .*$/m, `Libs: -L\${libdir} -lzmq ${libraries.join(' ')}`)
    .replace(/^Requires.*$/gm, '')
    .replace(/^Cflags: .*$/m, (line) => (system.name === 'Windows' ? `${line} -DZMQ_STATIC` : line));
  writeFileSync(file, text);
}

/** The test framework: one header and one object with `main`, as Catch2 2 has them. */
async function addCatch2(platform, prefix) {
  const [source, object] = ['catch_main.cpp', 'catch_main.o'].map((name) => join(prefix, 'build', name));
  writeFileSync(source, '#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n');
  await must(toolOf(platform, prefix, 'c++'), [
    ...['-std=c++17', '-O1', '-fPIC', `-I${join(prefix, 'include')}`, '-c', source, '-o', object],
  ]);
  await must(toolOf(platform, prefix, 'ar'), ['rcs', join(prefix, 'lib', 'libcatch_main.a'), object]);
  const folder = join(prefix, 'lib', 'cmake', 'Catch2');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'Catch2Config.cmake'),
    [
      'set(Catch2_VERSION 2.13.10)',
      'add_library(Catch2::Catch2WithMain STATIC IMPORTED)',
      'set_target_properties(Catch2::Catch2WithMain PROPERTIES',
      `  IMPORTED_LOCATION "${join(prefix, 'lib', 'libcatch_main.a')}"`,
      `  INTERFACE_INCLUDE_DIRECTORIES "${join(prefix, 'include')}")`,
      '',
    ].join('\n'),
  );
}

/** Exports of Node.js, for programs that are called node.exe, and of MATLAB's two libraries. */
async function addImports(platform, prefix, modules) {
  if (platform.system.name !== 'Windows') return;
  const matlab = join(root, 'native', 'mex', 'api');
  for (const [definitions, program, name] of [
    [join(modules, 'node-api-headers', 'def', 'node_api.def'), 'node.exe', 'node'],
    [join(matlab, 'libmx.def'), 'libmx.dll', 'mx'],
    [join(matlab, 'libmex.def'), 'libmex.dll', 'mex'],
  ]) {
    const library = join(prefix, 'lib', `lib${name}.a`);
    await must(toolOf(platform, prefix, 'dlltool'), ['-d', definitions, '-D', program, '-l', library]);
  }
}

/** What the libraries are built by; not how programs are linked with them, nor how those are checked. */
function recipeOf({ compiler, suffix, zig, glibc, system, libraries }) {
  const files = ['newer_glibc.c', 'prefix.mjs', 'sources.mjs', 'zig.mjs'].map(
    (name) => `scripts/lib/cross/${name}`,
  );
  const definitions = ['native/mex/api/libmx.def', 'native/mex/api/libmex.def'];
  const facts = JSON.stringify({ compiler, suffix, zig, glibc, system, libraries });
  return `${contentHash([...files, ...definitions, 'package-lock.json'])} ${facts}`;
}

/** The folder, built where it is not there or its recipe has changed. */
export async function prefixFor(platform, cache, modules) {
  const prefix = join(cache, platform.name);
  const stamp = join(prefix, '.built-from');
  const hash = recipeOf(platform);
  if (stampMatches(stamp, hash)) return prefix;
  rmSync(prefix, { recursive: true, force: true });
  for (const folder of ['build', 'include', 'lib']) mkdirSync(join(prefix, folder), { recursive: true });
  for (const name of headers) {
    if (!existsSync(`/usr/include/${name}`)) throw new Error(`/usr/include/${name} is missing`);
    cpSync(`/usr/include/${name}`, join(prefix, 'include', name), { recursive: true, dereference: true });
  }
  if (platform.zig) await zigTools(platform, join(prefix, 'bin'), cache);
  if (platform.glibc) await addGlibc(platform, join(prefix, 'glibc'), cache);
  for (const library of Object.keys(options)) await buildLibrary(library, platform, prefix, cache);
  mendPkgConfig(prefix, platform);
  await addCatch2(platform, prefix);
  await addImports(platform, prefix, modules);
  writeStamp(stamp, hash);
  return prefix;
}
