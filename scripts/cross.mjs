// Builds addon, MEX files for MATLAB and Octave and C++ tests for other platforms, on Debian: node scripts/cross.mjs [--cache FOLDER]
// PLATFORM…. What is linked into them is built first, from pinned sources, in FOLDER (~/.cache/euphonic-cross). Results are in
// build/cross, in a folder for each platform.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkBinary } from './lib/cross/checkBinary.mjs';
import { must } from './lib/cross/must.mjs';
import { cmakeArguments, platformOf, platforms, toolOf } from './lib/cross/platforms.mjs';
import { mappedPaths, prefixFor } from './lib/cross/prefix.mjs';
import { root } from './lib/run.mjs';

export const defaultCache = join(homedir(), '.cache', 'euphonic-cross');

const modules = join(root, 'node_modules');

/** Where results for a platform lie. Without a name for it MATLAB does not run there, and there is no MEX file. */
export function crossBuild(name) {
  const folder = join(root, 'build', 'cross', name);
  const { mex, octave, system } = platformOf(name);
  const program = (base) => `${base}${system.name === 'Windows' ? '.exe' : ''}`;
  return {
    addon: join(folder, 'addon', 'euphonic.node'),
    gateway: mex && join(folder, 'build', 'native', 'mex', `gateway.${mex}`),
    octaveGateway: octave && join(folder, 'build', 'native', 'mex', 'gateway.mex'),
    tests: join(folder, 'build', 'test', 'native', program('native_tests')),
    host: mex && join(folder, 'build', 'test', 'mex', program('mex_host')),
  };
}

/** What CMake is told; `prefix` has the libraries. */
function options(platform, prefix, cache) {
  const headers = ['node-api-headers/include', 'node-addon-api'].map((part) => join(modules, part));
  const isWindows = platform.system.name === 'Windows';
  const glibc = join(prefix, 'glibc');
  const ofGlibc = platform.glibc ? [`-L${glibc}`, join(glibc, 'newer_glibc.o')] : [];
  const link = [...platform.link, ...ofGlibc, `-L${join(prefix, 'lib')}`];
  const ofTests = isWindows ? '-static' : '';
  return [
    ...cmakeArguments(platform, prefix),
    // macOS has no programs without libraries, and none of its programs run here
    `-DEUPHONIC_TESTS=${platform.zig ? 'OFF' : 'ON'}`,
    `-DEUPHONIC_MATLAB_MEX=${platform.mex ?? ''}`,
    `-DEUPHONIC_OCTAVE_MEX=${platform.octave ? 'ON' : 'OFF'}`,
    `-DEUPHONIC_ADDON_DIR=${dirname(crossBuild(platform.name).addon)}`,
    `-DCMAKE_PREFIX_PATH=${prefix}`,
    '-DEigen3_DIR=/usr/share/eigen3/cmake',
    `-DCatch2_DIR=${join(prefix, 'lib', 'cmake', 'Catch2')}`,
    `-DMSGPACK_INCLUDE_DIR=${join(prefix, 'include')}`,
    `-DCMAKE_JS_INC=${headers.join(';')}`,
    ...(isWindows ? [`-DCMAKE_JS_LIB=${join(prefix, 'lib', 'libnode.a')}`] : []),
    `-DCMAKE_CXX_FLAGS=${mappedPaths(cache)}`,
    `-DEUPHONIC_RELEASE_LINK=${link.join(';')}`,
    `-DEUPHONIC_STATIC_LINK=${(platform.independent ?? []).join(';')}`,
    `-DCMAKE_CXX_STANDARD_LIBRARIES=${platform.libraries.join(' ')}`,
    ...['EXE', 'MODULE', 'SHARED'].map((kind) => `-DCMAKE_${kind}_LINKER_FLAGS=${ofTests}`),
  ];
}

/**
 * Builds for a platform, and checks what the compiler made. A release does without the C++ tests, which take the longest, and without
 * what stands in for MATLAB (`host`).
 */
export async function buildFor(name, cache = defaultCache, { tests = true, host = tests } = {}) {
  const platform = platformOf(name);
  const prefix = await prefixFor(platform, cache, modules);
  const build = join(root, 'build', 'cross', name, 'build');
  const env = { PKG_CONFIG_LIBDIR: join(prefix, 'lib', 'pkgconfig') };
  await must('cmake', ['-S', root, '-B', build, ...options(platform, prefix, cache)], { env });
  const targets = ['euphonic_node'];
  if (platform.mex) targets.push('euphonic_matlab_mex');
  if (platform.octave) targets.push('euphonic_octave_mex');
  if (tests && !platform.zig) targets.push('native_tests');
  if (host && platform.mex && !platform.zig) targets.push('mex_host');
  const jobs = String(availableParallelism());
  await must('cmake', ['--build', build, '-j', jobs, '--target', ...targets], { env });
  if (platform.system.name === 'Windows') await checkStack(toolOf(platform, prefix, 'objdump'), build);
  const made = crossBuild(name);
  for (const kind of ['addon', 'gateway', 'octaveGateway'])
    if (made[kind]) await checkBinary(platform, prefix, kind, made[kind], [root, cache, homedir()]);
  return made;
}

/**
 * Windows aligns stacks to 16 bytes, and g++ without Debian's patch (GCC bug 54412) stores wider vectors there as if they were
 * aligned: a crash now and then on Windows, and never in Wine.
 */
async function checkStack(objdump, build) {
  const objects = join(build, 'native', 'core', 'CMakeFiles', 'euphonic_core.dir', 'kernel');
  for (const object of readdirSync(objects).filter((file) => file.endsWith('.obj'))) {
    const code = await must('sh', [
      '-c',
      `${objdump} -d "$0" | grep -E 'vmov(apd|aps|dqa..?) .*%[yz]mm' | grep -c '(%r[sb]p' || true`,
      join(objects, object),
    ]);
    if (Number(code) !== 0)
      throw new Error(`${object} has ${code.trim()} aligned accesses to wide vectors on the stack`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { values, positionals } = parseArgs({
      options: { cache: { type: 'string', default: defaultCache } },
      allowPositionals: true,
    });
    if (!existsSync(modules)) throw new Error('the npm packages are missing: npm run setup installs them');
    for (const name of positionals.length > 0 ? positionals : Object.keys(platforms)) {
      const { addon, gateway, octaveGateway } = await buildFor(name, values.cache);
      console.log(['cross:', addon, gateway, octaveGateway].filter(Boolean).join(' '));
    }
  } catch (error) {
    console.error(`cross: ${error.message}`);
    process.exitCode = 1;
  }
}
