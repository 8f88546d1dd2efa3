/** Good files of every format, into which the fuzzer of the readers puts damage. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { toJson } from '../../crystals/write.js';
import type { ReadOptions } from '../../src/models/readers/index.js';
import { castepFile } from '../support/castepFile.js';
import { dataFolder } from '../support/data.js';
import { arbitraryModel } from '../support/models.js';
import { forceConstantsFile, phonopySummary } from '../support/phonopyFile.js';

interface Sample {
  bytes: Buffer;
  /** name of the damaged file in the folder */
  name: string;
  /** what is read, if not that file: a name in the folder, '' for the folder */
  read?: string;
  options?: ReadOptions;
  /** puts good files beside it */
  prepare?(folder: string): void;
  /** part of the mutations that the quick run makes: HDF5 starts its library for each */
  quickShare: number;
}

const fc = arbitraryModel();
const golden = (name: string) => readFileSync(new URL(`../golden/phonopy/${name}`, import.meta.url));
const caseFile = (name: string) => readFileSync(new URL(`../golden/cases/${name}`, import.meta.url));
const put = (folder: string, name: string, content: string | Buffer) =>
  writeFileSync(join(folder, name), content);

/** By the names of the readers and of what they read. */
export function samples(): Record<string, Sample> {
  const vasp = join(dataFolder, 'vasp', 'GaAs_vaspout.h5');
  return {
    castep: { bytes: castepFile(fc), name: 'x.castep_bin', quickShare: 1 },
    little_endian: {
      bytes: castepFile(fc, { isLittleEndian: true }),
      name: 'x.castep_bin',
      quickShare: 1,
    },
    json: { bytes: Buffer.from(toJson(fc)), name: 'x.json', quickShare: 1 },
    gzip: { bytes: gzipSync(toJson(fc)), name: 'x.json.gz', quickShare: 1 },
    phonopy: { bytes: Buffer.from(phonopySummary(fc)), name: 'phonopy.yaml', quickShare: 1 },
    xz: { bytes: golden('orbits/phonopy.yaml.xz'), name: 'phonopy.yaml.xz', quickShare: 1 },
    force_constants: {
      bytes: Buffer.from(forceConstantsFile(fc, false)),
      name: 'FORCE_CONSTANTS',
      read: '',
      prepare: (folder) => put(folder, 'phonopy.yaml', phonopySummary(fc, { forceConstants: false })),
      quickShare: 1,
    },
    born: {
      bytes: golden('orbits/BORN'),
      name: 'BORN',
      read: 'phonopy.yaml',
      options: { bornName: 'BORN' },
      prepare: (folder) => put(folder, 'phonopy.yaml', golden('orbits/phonopy.yaml')),
      quickShare: 1,
    },
    phonopy_hdf5: {
      bytes: golden('rocksalt/compact.hdf5'),
      name: 'force_constants.hdf5',
      read: '',
      prepare: (folder) => put(folder, 'phonopy.yaml', golden('rocksalt/phonopy.yaml')),
      quickShare: 0.05,
    },
    lzf: {
      bytes: caseFile('hdf5-lzf/force_constants.hdf5'),
      name: 'force_constants.hdf5',
      read: '',
      prepare: (folder) => put(folder, 'phonopy.yaml', caseFile('hdf5-lzf/phonopy.yaml')),
      quickShare: 0.05,
    },
    aliases: {
      bytes: caseFile('yaml-aliases/phonopy.yaml'),
      name: 'phonopy.yaml',
      quickShare: 1,
    },
    incar: {
      bytes: caseFile('vasp-pomass/original_incar.h5'),
      name: 'vaspout.h5',
      quickShare: 0.05,
    },
    ...(existsSync(vasp) && {
      vasp: { bytes: readFileSync(vasp), name: 'vaspout.h5', quickShare: 0.05 },
    }),
  };
}

/**
 * One kind of damage: bytes changed, bits turned, a piece taken out, doubled, or the end cut off. `next` gives numbers in
 * [-0.5, 0.5).
 */
export function damaged(sample: Buffer, next: () => number): Buffer {
  const at = (size: number) => Math.floor((next() + 0.5) * size);
  const [from, length] = [at(sample.length), at(Math.min(200, sample.length))];
  switch (at(5)) {
    case 0:
      return sample.subarray(0, from);
    case 1:
      return Buffer.concat([sample.subarray(0, from), sample.subarray(from + length)]);
    case 2:
      return Buffer.concat([sample.subarray(0, from), sample.subarray(Math.max(0, from - length))]);
    default: {
      const changed = Buffer.from(sample);
      // the structure of a binary file is in its first part
      const reach = at(2) ? sample.length : Math.min(4096, sample.length);
      for (let k = at(20); k >= 0; k--) {
        const place = at(reach);
        changed[place] = at(2) ? at(256) : changed[place] ^ (1 << at(8));
      }
      return changed;
    }
  }
}
