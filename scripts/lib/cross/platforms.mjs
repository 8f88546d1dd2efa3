// The platforms that releases are made for, and what builds for each on Debian.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What makes a binary of Linux independent of the compiler's own libraries, and shows nothing of it. */
const independent = ['-static-libstdc++', '-static-libgcc'];
const exportsOfElf = join(dirname(fileURLToPath(import.meta.url)), 'exports.map');
const bare = [`-Wl,--version-script=${exportsOfElf}`, '-s'];
/** Before glibc 2.34 they were libraries of their own. */
const partsOfGlibc = ['-Wl,--push-state,--as-needed', '-lpthread', '-ldl', '-lrt', '-Wl,--pop-state'];

/** Of macOS: symbols of Node.js and of MATLAB are looked for in the process. */
const lookedUpLater = ['-Wl,-undefined,dynamic_lookup', '-s'];

/**
 * Names are Node's `process.platform`-`process.arch`. `packages` are Debian's, `compiler` is the prefix of gcc and g++ (of macOS
 * it is Zig's clang), `system` what CMake calls the target, `link` how addon and MEX files are linked, `independent` how those that are not
 * Octave's get the compiler's own libraries, `libraries` what a static libzmq asks of the system; `mex` is MATLAB's name for a MEX file there.
 * One MEX file is for every Octave since 7 where `octave` is set: elsewhere it would have to name the libraries of one version.
 */
export const platforms = {
  'linux-x64': {
    packages: ['g++'],
    compiler: '',
    glibc: { target: 'x86_64-linux-gnu.2.28' },
    system: { name: 'Linux', processor: 'x86_64' },
    link: bare,
    independent,
    libraries: partsOfGlibc,
    mex: 'mexa64',
    octave: true,
  },
  'linux-arm64': {
    packages: ['g++-aarch64-linux-gnu'],
    compiler: 'aarch64-linux-gnu-',
    glibc: { target: 'aarch64-linux-gnu.2.28' },
    system: { name: 'Linux', processor: 'aarch64' },
    link: bare,
    independent,
    libraries: partsOfGlibc,
    octave: true,
  },
  'win32-x64': {
    packages: ['g++-mingw-w64-x86-64-posix', 'binutils-mingw-w64-x86-64'],
    compiler: 'x86_64-w64-mingw32-',
    suffix: '-posix',
    system: { name: 'Windows', processor: 'x86_64', version: '10.0' },
    // by default a library's address is made of the path of the build
    link: ['-static', '-s', '-Wl,--no-insert-timestamp', '-Wl,--disable-auto-image-base'],
    libraries: ['-lws2_32', '-liphlpapi', '-lrpcrt4'],
    mex: 'mexw64',
  },
  'darwin-x64': {
    packages: ['python3-pip'],
    // Highway's code for AVX-512 wants the flag named; it is chosen at run time as all others
    zig: { target: 'x86_64-macos.11.0', cpu: 'x86_64+evex512' },
    system: { name: 'Darwin', processor: 'x86_64' },
    link: lookedUpLater,
    libraries: [],
    mex: 'mexmaci64',
  },
  'darwin-arm64': {
    packages: ['python3-pip'],
    zig: { target: 'aarch64-macos.11.0', cpu: 'apple_m1' },
    system: { name: 'Darwin', processor: 'arm64' },
    link: lookedUpLater,
    libraries: [],
    mex: 'mexmaca64',
  },
};

/** Throws for a name that is none. */
export function platformOf(name) {
  if (platforms[name]) return { name, ...platforms[name] };
  throw new Error(`there is no platform ${name}: expected ${Object.keys(platforms).join(', ')}`);
}

/** Programs of the compiler, by their short names; those of Zig are scripts in `prefix`. */
export function toolOf({ compiler, suffix = '', zig }, prefix, name) {
  if (zig) return join(prefix, 'bin', name);
  const called = { cc: `gcc${suffix}`, 'c++': `g++${suffix}` };
  return `${compiler}${called[name] ?? name}`;
}

/** What tells CMake to build for a platform. */
export function cmakeArguments(platform, prefix) {
  const { system, zig } = platform;
  const tool = (name) => toolOf(platform, prefix, name);
  return [
    `-DCMAKE_SYSTEM_NAME=${system.name}`,
    `-DCMAKE_SYSTEM_PROCESSOR=${system.processor}`,
    ...(system.version ? [`-DCMAKE_SYSTEM_VERSION=${system.version}`] : []),
    `-DCMAKE_C_COMPILER=${tool('cc')}`,
    `-DCMAKE_CXX_COMPILER=${tool('c++')}`,
    ...(system.name === 'Windows' ? [`-DCMAKE_RC_COMPILER=${tool('windres')}`] : []),
    ...(zig ? [`-DCMAKE_AR=${tool('ar')}`, `-DCMAKE_RANLIB=${tool('ranlib')}`] : []),
    // Apple's tools: nothing here has a path of a library to be changed, nor a kit of headers
    ...(zig ? ['-DCMAKE_INSTALL_NAME_TOOL=true', '-DCMAKE_OSX_SYSROOT='] : []),
    // a library of macOS has its own path in it, which would be that of the build
    ...(zig ? ['-DCMAKE_BUILD_WITH_INSTALL_NAME_DIR=ON', '-DCMAKE_INSTALL_NAME_DIR=@loader_path'] : []),
    '-DCMAKE_BUILD_TYPE=Release',
    '-DCMAKE_POSITION_INDEPENDENT_CODE=ON',
    '-DCMAKE_SKIP_RPATH=ON',
    '-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER',
  ];
}
