// Builds what is stale of: core and addon (build/addon/euphonic.node), the MEX file for Octave, TypeScript (dist/).
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { withLock } from './lib/lock.mjs';
import { npmBin, root, run } from './lib/run.mjs';
import {
  contentHash,
  distSources,
  distStamp,
  isDistCurrent,
  stampMatches,
  writeStamp,
} from './lib/stamp.mjs';

const nativeDir = 'build/release';

async function must(step, command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code === 0) return;
  if (options?.quiet) process.stderr.write(output);
  throw new Error(`${step} failed (exit code ${code}): ${command} ${args.join(' ')}`);
}

/** Make knows what is stale among the sources; configuring again is needed when its own inputs changed. */
async function buildNative() {
  const octave = (await run('sh', ['-c', 'command -v mkoctfile'], { quiet: true })).code === 0;
  const hash = `${contentHash(['scripts/build.mjs', 'package-lock.json', 'CMakeLists.txt'])} ${root} octave ${octave}`;
  const stamp = join(root, nativeDir, '.configured');
  if (!stampMatches(stamp, hash)) {
    rmSync(join(root, nativeDir, 'CMakeCache.txt'), { force: true });
    const options = [`--CDEUPHONIC_MEX=${octave ? 'ON' : 'OFF'}`, '--CDEUPHONIC_TESTS=OFF'];
    await must(
      'configuring the native parts',
      npmBin('cmake-js'),
      ['configure', '-O', nativeDir, '--prefer-make', '-l', 'warn', ...options],
      { quiet: true },
    );
    writeStamp(stamp, hash);
  }
  const targets = octave ? ['euphonic_node', 'euphonic_mex'] : ['euphonic_node'];
  if (!octave) console.log('build: no mkoctfile on PATH, so no MEX file for Octave');
  const jobs = String(availableParallelism());
  await must('building the native parts', 'cmake', [
    '--build',
    nativeDir,
    '-j',
    jobs,
    '--target',
    ...targets,
  ]);
}

/** A new dist/ replaces the old one whole, so that nothing of deleted sources stays. */
async function buildTypeScript() {
  if (!isDistCurrent()) {
    const hash = contentHash(distSources);
    const fresh = join(root, 'build', 'dist');
    rmSync(fresh, { recursive: true, force: true });
    await must('compiling TypeScript', npmBin('tsc'), ['-p', 'tsconfig.build.json', '--outDir', fresh]);
    writeStamp(join(fresh, basename(distStamp)), hash);
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(fresh, join(root, 'dist'));
  }
  linkBin();
}

/** `npx euphonicd` in the checkout: npm links the bins of dependencies, not of the package itself. */
function linkBin() {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [name, path] of Object.entries(bin)) {
    chmodSync(join(root, path), 0o755);
    if (process.platform !== 'win32' && !existsSync(npmBin(name))) {
      rmSync(npmBin(name), { force: true });
      symlinkSync(join('..', '..', path), npmBin(name));
    }
  }
}

try {
  if (!existsSync(npmBin('cmake-js')))
    throw new Error('the npm packages are missing: npm run setup installs them');
  await withLock(join(root, 'build', '.lock'), async () => {
    await buildNative();
    await buildTypeScript();
  });
} catch (error) {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
