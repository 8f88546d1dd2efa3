// The platforms that releases are made for, and what builds for each on Debian.

/**
 * Names are Node's `process.platform`-`process.arch`. `packages` are Debian's, `compiler` is the prefix of gcc and g++,
 * `system` what CMake calls the target, `link` what makes a binary independent of the compiler's libraries.
 */
export const platforms = {
  'linux-x64': {
    packages: ['g++'],
    compiler: '',
    system: { name: 'Linux', processor: 'x86_64' },
    link: '-static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL',
    libraries: [],
  },
  'linux-arm64': {
    packages: ['g++-aarch64-linux-gnu'],
    compiler: 'aarch64-linux-gnu-',
    system: { name: 'Linux', processor: 'aarch64' },
    link: '-static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL',
    libraries: [],
  },
  'win32-x64': {
    packages: ['g++-mingw-w64-x86-64-posix', 'binutils-mingw-w64-x86-64'],
    compiler: 'x86_64-w64-mingw32-',
    suffix: '-posix',
    system: { name: 'Windows', processor: 'x86_64', version: '10.0' },
    link: '-static',
    // what a static libzmq asks of Windows
    libraries: ['-lws2_32', '-liphlpapi', '-lrpcrt4'],
  },
};

/** Those for which there is no compiler among Debian's packages. */
const elsewhere = ['darwin-x64', 'darwin-arm64'];

/** Throws for a name that is none, and for a platform that cannot be built for here. */
export function platformOf(name) {
  if (platforms[name]) return { name, ...platforms[name] };
  const known = Object.keys(platforms).join(', ');
  if (elsewhere.includes(name)) throw new Error(`${name} is built on a Mac; here ${known} are`);
  throw new Error(`there is no platform ${name}: expected ${known}`);
}

/** What tells CMake to build for a platform. */
export function cmakeArguments({ compiler, suffix = '', system }) {
  const tool = (name) => `${compiler}${name}`;
  return [
    `-DCMAKE_SYSTEM_NAME=${system.name}`,
    `-DCMAKE_SYSTEM_PROCESSOR=${system.processor}`,
    ...(system.version ? [`-DCMAKE_SYSTEM_VERSION=${system.version}`] : []),
    `-DCMAKE_C_COMPILER=${tool('gcc')}${suffix}`,
    `-DCMAKE_CXX_COMPILER=${tool('g++')}${suffix}`,
    ...(system.name === 'Windows' ? [`-DCMAKE_RC_COMPILER=${tool('windres')}`] : []),
    '-DCMAKE_BUILD_TYPE=Release',
    '-DCMAKE_POSITION_INDEPENDENT_CODE=ON',
    '-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER',
  ];
}
