// What a binary of a release may ask of the system that it is unpacked on.
import { readFileSync } from 'node:fs';
import { machO } from './machO.mjs';
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
  octaveGateway: { Linux: /^lib(stdc\+\+\.so\.6|gcc_s\.so\.1)$/ },
};

/** Symbols that the host looks for, and no others are there to be seen. */
const exported = {
  addon: ['napi_register_module_v1', 'node_api_module_get_api_version_v1'],
  gateway: ['mexFunction', 'mexfilerequiredapiversion'],
  octaveGateway: ['mexFunction', '__octave_mex_soversion__'],
};
/**
 * Zig's linker shows these all the same. The operators are those of malloc and free in every library of C++, so that it does not
 * matter whose are taken.
 */
const harmless = { Darwin: /^(_Zn[aw]m\w*|_Zd[al]P\w+|__dso_handle|_mh_dylib_header)$/ };

/** Symbols that the host has, and only it. */
const fromHost = { addon: /^napi_\w+$/, gateway: /^me?x[A-Z]\w+_800$/, octaveGateway: /^me?x[A-Z]\w+$/ };

/** So many are told of a binary. */
const SHOWN_PROBLEMS = 20;

/** What the oldest systems have that a release is for; of libstdc++ Debian 12, which has the oldest Octave. */
const newest = { glibc: [2, 28], libstdcxx: [3, 4, 30], macOS: [11, 0] };

/** Of a library for Linux: the libraries that it needs, the symbols that it shows and wants, the versions that it names. */
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
    searched: [...headers.matchAll(/^ *(?:RPATH|RUNPATH) +(.+)$/gm)].map(([, path]) => path),
    glibc: versionsIn(headers, /\bGLIBC_([\d.]+)/g),
    libstdcxx: versionsIn(headers, /\bGLIBCXX_([\d.]+)/g),
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

const versionsIn = (text, pattern) =>
  [...text.matchAll(pattern)].map(([, version]) => version.split('.').map(Number));

function isNewer(version, limit) {
  const k = limit.findIndex((number, i) => (version[i] ?? 0) !== number);
  return k >= 0 && (version[k] ?? 0) > limit[k];
}

const factsOf = {
  Linux: elf,
  Windows: portableExecutable,
  Darwin: (_, file) => machO(file),
};

/**
 * Throws where a binary needs libraries or symbols that not every system or its host has, a newer system, shows symbols that others
 * could take for theirs, or has one of the `paths` of this machine in it.
 */
export async function checkBinary(platform, prefix, kind, file, paths) {
  const system = platform.system.name;
  const facts = await factsOf[system](toolOf(platform, prefix, 'objdump'), file);
  const { needed, symbols, wanted = [], searched = [] } = facts;
  const shown = symbols.filter((name) => !exported[kind].includes(name) && !harmless[system]?.test(name));
  const newer = Object.entries(newest).flatMap(([name, limit]) =>
    (facts[name] ?? [])
      .filter((version) => isNewer(version, limit))
      .map((version) => `${name} ${version.join('.')}`),
  );
  const problems = [
    ...needed
      .filter((name) => !ofSystem[system].test(name) && !ofHost[kind][system].test(name))
      .concat(newer)
      .concat(wanted.filter((name) => !fromHost[kind].test(name)))
      .map((name) => `needs ${name}`),
    ...shown.map((name) => `shows ${name}`),
    ...searched.map((path) => `looks into ${path}`),
    ...exported[kind].filter((name) => !symbols.includes(name)).map((name) => `has no ${name}`),
    ...(facts.macOS?.length === 0 ? ['does not say which macOS it is for'] : []),
    ...paths.filter((path) => readFileSync(file).includes(path)).map((path) => `names ${path}`),
  ];
  if (problems.length === 0) return;
  const first = [...new Set(problems)].slice(0, SHOWN_PROBLEMS);
  throw new Error(`${file}, problems ${problems.length}: ${first.join(', ')}`);
}
