// What a binary of a release may ask of the system that it is unpacked on.
import { readFileSync } from 'node:fs';
import { must } from './must.mjs';
import { toolOf } from './platforms.mjs';

/** Libraries that every system of its kind has; of Node.js and MATLAB, whatever has loaded the binary. */
const ofSystem = {
  Linux: /^(lib(c|m|dl|pthread|rt)\.so\.\d|ld-linux-(x86-64|aarch64)\.so\.\d)$/,
  Windows: /^(KERNEL32|ADVAPI32|WS2_32|IPHLPAPI|RPCRT4|msvcrt)\.dll$/i,
  Darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
};
const ofHost = {
  addon: { Linux: /^$/, Windows: /^node\.exe$/i, Darwin: /^$/ },
  gateway: { Linux: /^libme?x\.so$/, Windows: /^libme?x\.dll$/i, Darwin: /^$/ },
};

/** Symbols that the host looks for, and no others are there to be seen. */
const exported = {
  addon: ['napi_register_module_v1', 'node_api_module_get_api_version_v1'],
  gateway: ['mexFunction', 'mexfilerequiredapiversion'],
};

const fromHost = /^(napi_\w+|me?x[A-Z]\w+_800)$/;

const NEWEST_GLIBC = [2, 28];

/** Needed libraries and exported symbols of a library for macOS: its load commands and the trie of its exports. */
function machO(file) {
  const bytes = readFileSync(file);
  if (bytes.readUInt32LE(0) !== 0xfeedfacf) throw new Error(`${file} is no library for macOS`);
  const LOAD_DYLIB = 0xc;
  const needed = [];
  for (let k = 0, at = 32; k < bytes.readUInt32LE(16); k++, at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) !== LOAD_DYLIB) continue;
    const start = at + bytes.readUInt32LE(at + 8);
    needed.push(bytes.toString('utf8', start, bytes.indexOf(0, start)));
  }
  return { needed, symbols: undefined };
}

/** The same of one for Linux, and the versions of glibc that it names. */
async function elf(objdump, file) {
  const headers = await must(objdump, ['-p', file]);
  const symbols = await must(objdump, ['-T', file]);
  return {
    needed: [...headers.matchAll(/^ *NEEDED +(\S+)/gm)].map(([, name]) => name),
    // without a version glibc does not have it, or not yet
    wanted: [...symbols.matchAll(/^\w+ [^w\n]{7} \*UND\*\s+\w+\s+(?:Base\s+)?(\S+)$/gm)].map(
      ([, name]) => name,
    ),
    // those that are local are names of sections, which nobody looks for
    symbols: [...symbols.matchAll(/^\S+ [^l].{6} (?!\*UND\*)\S+\s+\S+\s+(?:Base\s+)?(\S+)$/gm)].map(
      ([, name]) => name,
    ),
    versions: [...headers.matchAll(/ GLIBC_(\d+)\.(\d+)/g)].map(([, a, b]) => [Number(a), Number(b)]),
  };
}

async function portableExecutable(objdump, file) {
  const headers = await must(objdump, ['-p', file]);
  const table = headers.slice(headers.indexOf('[Ordinal/Name Pointer] Table'));
  return {
    needed: [...headers.matchAll(/^\s*DLL Name: (\S+)/gm)].map(([, name]) => name),
    symbols: [...table.matchAll(/^\s*\[ *\d+\](?: \+base\[ *\d+\] +\w+)? (\S+)$/gm)].map(([, name]) => name),
  };
}

/**
 * Throws where a binary needs libraries that not every system has, a newer glibc, shows symbols that others could take for
 * theirs, or has one of the `paths` of this machine in it.
 */
export async function checkBinary(platform, prefix, kind, file, paths) {
  const system = platform.system.name;
  const objdump = toolOf(platform, prefix, 'objdump');
  const {
    needed,
    symbols,
    wanted = [],
    versions = [],
  } = system === 'Darwin'
    ? machO(file)
    : system === 'Linux'
      ? await elf(objdump, file)
      : await portableExecutable(objdump, file);
  const problems = [
    ...needed
      .filter((name) => !ofSystem[system].test(name) && !ofHost[kind][system].test(name))
      .map((name) => `needs ${name}`),
    ...versions
      .filter(([a, b]) => a > NEWEST_GLIBC[0] || b > NEWEST_GLIBC[1])
      .map((v) => `needs glibc ${v.join('.')}`),
    ...(symbols ?? []).filter((name) => !exported[kind].includes(name)).map((name) => `shows ${name}`),
    ...wanted.filter((name) => !fromHost.test(name)).map((name) => `needs ${name}`),
    ...(symbols && !symbols.includes(exported[kind][0]) ? [`has no ${exported[kind][0]}`] : []),
    ...paths.filter((path) => readFileSync(file).includes(path)).map((path) => `names ${path}`),
  ];
  if (problems.length > 0) throw new Error(`${file} ${[...new Set(problems)].join(', ')}`);
}
