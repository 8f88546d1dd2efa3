// What a library for macOS says of itself: formats as <mach-o/loader.h>, <mach-o/nlist.h> and dyld describe them.
import { readFileSync } from 'node:fs';

const MAGIC_BYTES = Buffer.from([0xcf, 0xfa, 0xed, 0xfe]);
const HEADER_BYTES = 32;

/** Load commands. Those by which dyld may not do without a symbol's library have the highest bit. */
const LC = {
  SYMTAB: 0x2,
  LOAD_DYLIB: 0xc,
  CODE_SIGNATURE: 0x1d,
  VERSION_MIN_MACOSX: 0x24,
  BUILD_VERSION: 0x32,
  LOAD_WEAK_DYLIB: 0x80000018,
  RPATH: 0x8000001c,
  REEXPORT_DYLIB: 0x8000001f,
  DYLD_INFO: 0x22,
  DYLD_INFO_ONLY: 0x80000022,
  DYLD_EXPORTS_TRIE: 0x80000033,
};
const withLibrary = [LC.LOAD_DYLIB, LC.LOAD_WEAK_DYLIB, LC.REEXPORT_DYLIB];

/** Node's names of processors by their numbers there. */
const processors = { 16777223: 'x64', 16777228: 'arm64' };

/** Entries of the symbol table: bytes of one, and bits of its type. */
const NLIST_BYTES = 16;
const N_STAB = 0xe0;
const N_TYPE = 0x0e;
const N_EXT = 0x01;
/** In place of a library's number, whatever is in the process has the symbol: Apple's linker writes the latter, Zig's the former. */
const ANYWHERE = [0, 0xfe];

const textAt = (bytes, at) => bytes.toString('utf8', at, bytes.indexOf(0, at));
/** C's symbols begin with an underscore there. */
const nameOf = (symbol) => symbol.replace(/^_/, '');

function* loadCommands(bytes) {
  for (let k = 0, at = HEADER_BYTES; k < bytes.readUInt32LE(16); k++, at += bytes.readUInt32LE(at + 4))
    yield { kind: bytes.readUInt32LE(at), word: (offset) => bytes.readUInt32LE(at + offset), at };
}

/** A number of seven bits to the byte, lowest first, and where the next begins. */
function uleb(bytes, at) {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at];
  }
}

/** Names in a trie of exports, each spelled by the edges that lead to it. */
function exportsIn(trie, at = 0, name = '') {
  if (trie.length === 0) return [];
  const [size, start] = uleb(trie, at);
  const found = size > 0 ? [name] : [];
  let edge = start + size;
  const edges = trie[edge++];
  for (let k = 0; k < edges; k++) {
    const letters = textAt(trie, edge);
    const [child, next] = uleb(trie, edge + Buffer.byteLength(letters) + 1);
    found.push(...exportsIn(trie, child, name + letters));
    edge = next;
  }
  return found;
}

/** Symbols that are to be found in the process, wherever. */
function lookedUp(bytes, { word }) {
  const [symbols, count, strings] = [word(8), word(12), word(16)];
  const found = [];
  for (let at = symbols; at < symbols + count * NLIST_BYTES; at += NLIST_BYTES) {
    const type = bytes[at + 4];
    const isUndefined = (type & N_STAB) === 0 && (type & N_TYPE) === 0 && (type & N_EXT) !== 0;
    // n_desc has the number of the library in its higher byte
    if (isUndefined && ANYWHERE.includes(bytes[at + 7]))
      found.push(textAt(bytes, strings + bytes.readUInt32LE(at)));
  }
  return found;
}

export const isMachO = (file) => readFileSync(file).subarray(0, 4).equals(MAGIC_BYTES);

/**
 * Of a program or library: its processor, whether it is signed, the libraries that it needs, the symbols that it shows, those that it looks for in the process (`wanted`), its search
 * paths, and the first release of macOS that it is for, [11, 0] say, of each processor.
 */
export function machO(file) {
  if (!isMachO(file)) throw new Error(`${file} is no library for macOS`);
  const bytes = readFileSync(file);
  const processor = processors[bytes.readUInt32LE(4)];
  const facts = { processor, isSigned: false, needed: [], symbols: [], wanted: [], searched: [], macOS: [] };
  for (const command of loadCommands(bytes)) {
    const { kind, word, at } = command;
    const trie = (offset) =>
      exportsIn(bytes.subarray(word(offset), word(offset) + word(offset + 4))).map(nameOf);
    if (withLibrary.includes(kind)) facts.needed.push(textAt(bytes, at + word(8)));
    else if (kind === LC.CODE_SIGNATURE) facts.isSigned = true;
    else if (kind === LC.RPATH) facts.searched.push(textAt(bytes, at + word(8)));
    else if (kind === LC.SYMTAB) facts.wanted.push(...lookedUp(bytes, command).map(nameOf));
    else if (kind === LC.DYLD_EXPORTS_TRIE) facts.symbols.push(...trie(8));
    else if (kind === LC.DYLD_INFO || kind === LC.DYLD_INFO_ONLY) facts.symbols.push(...trie(40));
    else if (kind === LC.BUILD_VERSION) facts.macOS.push(versionOf(word(12)));
    else if (kind === LC.VERSION_MIN_MACOSX) facts.macOS.push(versionOf(word(8)));
  }
  return facts;
}

const versionOf = (word) => [word >>> 16, (word >>> 8) & 255];
