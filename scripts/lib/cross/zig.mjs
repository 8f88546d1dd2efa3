// Zig from PyPI: its clang with the headers and libraries of macOS, and what every release of glibc has in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run.mjs';
import { fetched } from './fetched.mjs';
import { must } from './must.mjs';
import { toolOf } from './platforms.mjs';

/** Package, and the SHA-256 of its wheel for Linux on x86-64, which pip checks. */
const requirement =
  'ziglang==0.15.2 --hash=sha256:806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130';

/** Path of the program; fetched where it is not there. */
export async function zigFor(cache) {
  const folder = join(cache, 'zig', createHash('sha256').update(requirement).digest('hex').slice(0, 16));
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const list = join(fresh, 'requirements.txt');
    writeFileSync(list, `${requirement}\n`);
    const wheel = ['--only-binary', ':all:', '--platform', 'manylinux2014_x86_64'];
    const words = ['-m', 'pip', 'download', '--no-deps', ...wheel, '-r', list, '-d', fresh];
    await fetched('ziglang', () => must('python3', words));
    const [file] = readdirSync(fresh).filter((name) => name.endsWith('.whl'));
    await must('unzip', ['-q', join(fresh, file), '-d', fresh]);
    rmSync(join(fresh, file));
    await must('chmod', ['+x', join(fresh, 'ziglang', 'zig')]);
    renameSync(fresh, folder);
  }
  return join(folder, 'ziglang', 'zig');
}

/** Where it keeps the libraries that it compiles for a target. */
const zigEnvironment = (cache) => ({
  ZIG_GLOBAL_CACHE_DIR: join(cache, 'zig', 'built'),
  ZIG_LOCAL_CACHE_DIR: join(cache, 'zig', 'built'),
});

/** Scripts by the names of compilers, which CMake takes for them. */
export async function zigTools(platform, folder, cache) {
  const zig = await zigFor(cache);
  mkdirSync(folder, { recursive: true });
  const environment = Object.entries(zigEnvironment(cache)).map(([name, path]) => `${name}='${path}'`);
  const { target, cpu } = platform.zig;
  const script = (name, words) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${environment.join(' ')} exec '${zig}' ${words} "$@"\n`, {
      mode: 0o755,
    });
  script('cc', `cc -target ${target} -mcpu=${cpu}`);
  script('c++', `c++ -target ${target} -mcpu=${cpu}`);
  script('ar', 'ar');
  script('ranlib', 'ranlib');
}

/**
 * Libraries without code that name what glibc has had since a release, for the linker: a binary that g++ makes with them asks
 * for nothing newer, though the compiler's own glibc is. What g++'s libraries need beyond that is in newer_glibc.o.
 */
export async function addGlibc(platform, folder, cache) {
  const { target } = platform.glibc;
  const zig = await zigFor(cache);
  const built = join(folder, 'built');
  mkdirSync(built, { recursive: true });
  const source = join(folder, 'nothing.c');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  const env = { ZIG_GLOBAL_CACHE_DIR: built, ZIG_LOCAL_CACHE_DIR: built };
  await must(zig, ['cc', '-target', target, source, '-o', join(folder, 'nothing')], { env });
  const found = execFileSync('find', [built, '-name', 'lib*.so.*', '-o', '-name', 'libc_nonshared.a'], {
    encoding: 'utf8',
  });
  for (const path of found.trim().split('\n')) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    writeFileSync(join(folder, name), readFileSync(path));
    // libc.so is what names all of it
    if (!name.startsWith('libc.') && name.includes('.so.'))
      writeFileSync(join(folder, name.replace(/\.so\..*/, '.so')), readFileSync(path));
  }
  writeFileSync(join(folder, 'libc.so'), 'GROUP ( libc.so.6 libc_nonshared.a AS_NEEDED ( libld.so.2 ) )\n');
  for (const path of [built, join(folder, 'nothing'), source]) rmSync(path, { recursive: true });
  const newer = join(root, 'scripts', 'lib', 'cross', 'newer_glibc.c');
  const object = join(folder, 'newer_glibc.o');
  await must(toolOf(platform, folder, 'cc'), ['-O2', '-fPIC', '-Wall', '-Wextra', '-c', newer, '-o', object]);
}
