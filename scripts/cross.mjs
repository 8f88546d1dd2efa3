// Builds the addon and the C++ tests for other platforms, on Debian: node scripts/cross.mjs [--cache FOLDER] PLATFORM…
// What is linked into them is built first, from pinned sources, in FOLDER (~/.cache/euphonic-cross). Results lie in
// build/cross/PLATFORM: addon/euphonic.node, native_tests.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { must } from './lib/cross/must.mjs';
import { cmakeArguments, platformOf, platforms } from './lib/cross/platforms.mjs';
import { prefixFor } from './lib/cross/prefix.mjs';
import { root } from './lib/run.mjs';

export const defaultCache = join(homedir(), '.cache', 'euphonic-cross');

const modules = join(root, 'node_modules');

/** Where results for a platform lie. */
export function crossBuild(name) {
  const folder = join(root, 'build', 'cross', name);
  const program = name.startsWith('win32') ? 'native_tests.exe' : 'native_tests';
  return {
    addon: join(folder, 'addon', 'euphonic.node'),
    tests: join(folder, 'build', 'test', 'native', program),
  };
}

/** Builds for a platform, and checks what the compiler made. */
export async function buildFor(name, cache = defaultCache) {
  const platform = platformOf(name);
  const prefix = await prefixFor(platform, cache, modules);
  const folder = join(root, 'build', 'cross', name);
  const build = join(folder, 'build');
  const headers = ['node-api-headers/include', 'node-addon-api'].map((part) => join(modules, part));
  const isWindows = platform.system.name === 'Windows';
  const environment = { PKG_CONFIG_LIBDIR: join(prefix, 'lib', 'pkgconfig') };
  await must(
    'cmake',
    [
      ...['-S', root, '-B', build, ...cmakeArguments(platform), '-DEUPHONIC_TESTS=ON'],
      `-DEUPHONIC_ADDON_DIR=${dirname(crossBuild(name).addon)}`,
      `-DCMAKE_PREFIX_PATH=${prefix}`,
      `-DEigen3_DIR=/usr/share/eigen3/cmake`,
      `-DCatch2_DIR=${join(prefix, 'lib', 'cmake', 'Catch2')}`,
      `-DMSGPACK_INCLUDE_DIR=${join(prefix, 'include')}`,
      `-DCMAKE_JS_INC=${headers.join(';')}`,
      ...(isWindows ? [`-DCMAKE_JS_LIB=${join(prefix, 'lib', 'libnode.a')}`] : []),
      `-DCMAKE_SHARED_LINKER_FLAGS=${platform.link}`,
      `-DCMAKE_EXE_LINKER_FLAGS=-static`,
    ],
    { env: environment },
  );
  const targets = ['euphonic_node', 'native_tests'];
  await must('cmake', ['--build', build, '-j', String(availableParallelism()), '--target', ...targets], {
    env: environment,
  });
  if (isWindows) await checkStack(platform, build);
  return crossBuild(name);
}

/**
 * Windows aligns stacks to 16 bytes, and g++ without Debian's patch (GCC bug 54412) stores wider vectors there as if they were
 * aligned: a crash now and then on Windows, and never in Wine.
 */
async function checkStack({ compiler }, build) {
  const objects = join(build, 'native', 'core', 'CMakeFiles', 'euphonic_core.dir', 'kernel');
  for (const object of readdirSync(objects).filter((file) => file.endsWith('.obj'))) {
    const code = await must('sh', [
      '-c',
      `${compiler}objdump -d "$0" | grep -E 'vmov(apd|aps|dqa..?) .*%[yz]mm' | grep -c '(%r[sb]p' || true`,
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
      const { addon } = await buildFor(name, values.cache);
      console.log(`cross: ${addon}`);
    }
  } catch (error) {
    console.error(`cross: ${error.message}`);
    process.exitCode = 1;
  }
}
