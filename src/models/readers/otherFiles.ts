/** Files that people have beside the one with the model: named for what they are, with what to give instead. */
import { EuphonicError } from '../../base/errors.js';

/** As many bytes as any file needs to be known by. */
export const START_BYTES = 4096;

interface OtherFile {
  /** what follows "x is" */
  what: string;
  advice: string;
  is(text: string, lines: string[]): boolean;
}

const OF_CASTEP =
  'Give the .castep_bin or .check file of the calculation, made with phonon_write_force_constants : true.';
const OF_VASP =
  'Give vaspout.h5 of a calculation of phonons (IBRION 5 to 8), or use phonopy and give phonopy.yaml.';
const OF_PHONOPY = "Give phonopy's summary, phonopy.yaml, or the folder that it is in";

const NUMBER = '[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eEdD][-+]?\\d+)?';
const isIntegers = (line = '', least = 1, most = least) =>
  new RegExp(`^\\s*\\d+(?:\\s+\\d+){${least - 1},${most - 1}}\\s*$`).test(line);
const isNumbers = (line = '', count: number) =>
  new RegExp(`^\\s*${NUMBER}(?:\\s+${NUMBER}){${count - 1}}(?:\\s*[#!].*)?\\s*$`).test(line);

/** In the order in which they are looked for; `text` is the first few kilobytes. */
const OTHER_FILES: Record<string, OtherFile> = {
  '.phonon': {
    what: "CASTEP's .phonon file: frequencies and eigenvectors, without force constants",
    advice: OF_CASTEP,
    is: (text) => /^\s*BEGIN header\s*\n\s*Number of ions/i.test(text),
  },
  '.castep': {
    what: "CASTEP's output in text, without force constants",
    advice: OF_CASTEP,
    is: (text) => /CCC\s+AA\s+SSS\s+TTTTT/.test(text) || /Welcome to [\w ]*CASTEP/.test(text),
  },
  '.cell': {
    what: "CASTEP's .cell file, without force constants",
    advice: OF_CASTEP,
    is: (text) =>
      /^\s*%BLOCK\s+(LATTICE_(CART|ABC)|POSITIONS_(FRAC|ABS)|SPECIES_\w+|B?S?_?KPOINTS?_\w+)/im.test(text),
  },
  '.param': {
    what: "CASTEP's .param file, without force constants",
    advice: OF_CASTEP,
    is: (text) => /^(\s*([#!].*)?\n)*\s*(task|xc_functional|cut_?off_energy)\s*[:=]?\s+\S+/i.test(text),
  },
  FORCE_CONSTANTS: {
    what: "phonopy's FORCE_CONSTANTS: force constants without a crystal",
    advice: `${OF_PHONOPY}; this file is found beside it, or by fc_name.`,
    is: (_, [first, second, ...rows]) =>
      isIntegers(first, 1, 2) && isIntegers(second, 2) && rows.slice(0, 3).every((row) => isNumbers(row, 3)),
  },
  FORCE_SETS: {
    what: "phonopy's FORCE_SETS: displacements and forces, of which phonopy makes force constants",
    advice: `Run phonopy --writefc (or --include-fc). ${OF_PHONOPY}.`,
    is: (_, [first, second, third, fourth, fifth]) =>
      isIntegers(first) &&
      isIntegers(second) &&
      (isIntegers(third)
        ? isNumbers(fourth, 3)
        : third?.trim() === '' && isIntegers(fourth) && isNumbers(fifth, 3)),
  },
  BORN: {
    what: "phonopy's BORN: Born charges without a crystal",
    advice: `${OF_PHONOPY}, and this file as born_name.`,
    is: (_, [, second, third]) => isNumbers(second, 9) && isNumbers(third, 9),
  },
  POSCAR: {
    what: "VASP's POSCAR: a crystal without force constants",
    advice: OF_VASP,
    is: (text, [, scale, a, b, c]) =>
      isNumbers(scale, 1) && [a, b, c].every((row) => isNumbers(row, 3)) && /^\s*[DCK]\w*/im.test(text),
  },
  OUTCAR: {
    what: "VASP's OUTCAR: output in text, which has too few digits and is not read",
    advice: OF_VASP,
    is: (text) => /^\s*vasp\.\d/.test(text),
  },
  'vasprun.xml': {
    what: "VASP's vasprun.xml, which is not read",
    advice: OF_VASP,
    is: (text) => /^\s*<\?xml[^>]*>\s*<modeling>/.test(text),
  },
  POTCAR: {
    what: "VASP's POTCAR",
    advice: OF_VASP,
    is: (text) => /^\s*(PAW|US|NC)\w* [A-Z][^\n]*\n\s*[\d.]+\s*\n\s*parameters from PSCTR/.test(text),
  },
  INCAR: {
    what: "VASP's INCAR",
    advice: OF_VASP,
    is: (text) => /^\s*(ENCUT|IBRION|NSW|EDIFF|ISMEAR|PREC|LEPSILON)\s*=/im.test(text) && !/[{<]/.test(text),
  },
  '.fc': {
    what: "Quantum ESPRESSO's force constants (q2r.x), which are not read",
    advice: `Convert them with phonopy. ${OF_PHONOPY}.`,
    is: (_, [first, second]) =>
      new RegExp(`^\\s*\\d+\\s+\\d+\\s+-?\\d+(\\s+${NUMBER}){6}\\s*$`).test(first) &&
      (isNumbers(second, 3) || /^\s*\d+\s+'/.test(second ?? '')),
  },
  '.dyn': {
    what: "Quantum ESPRESSO's dynamical matrices, which are not read",
    advice: `Use phonopy with its interface to Quantum ESPRESSO. ${OF_PHONOPY}.`,
    is: (text) => /^\s*Dynamical matrix file/.test(text),
  },
  DDB: {
    what: "ABINIT's DDB, which is not read",
    advice: `Use phonopy with its interface to ABINIT. ${OF_PHONOPY}.`,
    is: (text) => /DERIVATIVE DATABASE/.test(text),
  },
  '.cif': {
    what: 'a CIF file: a crystal without force constants',
    advice: 'Give the file with the force constants of this crystal.',
    is: (text) => /^\s*(#[^\n]*\n\s*)*data_/.test(text) && /_cell_length_a/.test(text),
  },
  '.mat': {
    what: 'a MAT-file of MATLAB',
    advice: 'Load it in MATLAB and give the struct to euphonic.ForceConstants.from_dict.',
    is: (text) => /^MATLAB \d\.\d MAT-file/.test(text),
  },
  '.bz2': {
    what: 'compressed with bzip2, which is not read',
    advice: 'Unpack it, or compress it with gzip or xz.',
    is: (text) => /^BZh[1-9]1AY&SY/.test(text),
  },
  '.lzma': {
    what: 'compressed in the older form of xz (.lzma), which is not read',
    advice: 'Unpack it, or compress it with gzip or xz.',
    is: (text) => text.startsWith(']\0\0'),
  },
  '.zst': {
    what: 'compressed with zstd, which is not read',
    advice: 'Unpack it, or compress it with gzip or xz.',
    is: (text) => text.startsWith('\x28\xB5\x2F\xFD'),
  },
  '.zip': {
    what: 'a zip archive',
    advice: 'Unpack it and give the file with the model.',
    is: (text) => text.startsWith('PK\x03\x04'),
  },
};

/** Throws `file_format` if `start`, the first bytes of the file `name`, is one of these; what is `expected` is none of them. */
export function refuseOtherFile(start: Buffer, name: string, expected?: keyof typeof OTHER_FILES): void {
  const text = start
    .toString('latin1')
    .replace(/^\xEF\xBB\xBF/, '')
    .replace(/\r\n?/g, '\n');
  const lines = text.split('\n');
  const found = Object.entries(OTHER_FILES).find(([, file]) => file.is(text, lines));
  if (!found || found[0] === expected) return;
  const { what, advice } = found[1];
  throw new EuphonicError('file_format', `${name} is ${what}.`, {
    where: name,
    expected: KNOWN_FILES,
    advice,
  });
}

/** What can be read. */
export const KNOWN_FILES =
  'a .castep_bin or .check file of CASTEP, phonopy.yaml, vaspout.h5, or force constants in JSON as Euphonic writes them';
