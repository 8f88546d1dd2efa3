/** Files that are given in place of the one with the model are named for what they are. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { refuseOtherFile, START_BYTES } from '../../src/models/readers/otherFiles.js';
import { memorySource } from '../../src/models/readers/source.js';
import { samples } from '../fuzz/readerSamples.js';
import { failsWith } from '../support/errors.js';
import { changedHdf5 } from '../support/hdf5File.js';
import { arbitraryModel } from '../support/models.js';
import { forceConstantsFile, phonopySummary } from '../support/phonopyFile.js';
import { readForceConstants, readSource } from '../support/readModel.js';

const golden = (name: string) => fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
const fc = arbitraryModel();

const others: Record<string, [content: string, what: RegExp, advice: RegExp]> = {
  'x.phonon': [
    ' BEGIN header\n Number of ions         2\n Number of branches     6\n Frequencies in         cm-1\n Unit cell vectors (A)\n',
    /CASTEP's \.phonon file/,
    /\.castep_bin or \.check.*phonon_write_force_constants/,
  ],
  'x.castep': [
    ' +-------------------------------------------------+\n |                                                 |\n |      CCC   AA    SSS  TTTTT  EEEE  PPPP        |\n',
    /CASTEP's output in text/,
    /\.castep_bin/,
  ],
  'x.cell': [
    '# quartz\n%BLOCK LATTICE_CART\n4 0 0\n0 5 0\n0 0 6\n%ENDBLOCK LATTICE_CART\n',
    /\.cell/,
    /castep_bin/,
  ],
  'y.cell': ['%block positions_frac\nSi 0 0 0\n%endblock positions_frac\n', /\.cell/, /castep_bin/],
  'x.param': ['# a run\ntask : phonon\nxc_functional : PBE\n', /\.param/, /castep_bin/],
  'y.param': ['task phonon\ncut_off_energy 800 eV\n', /\.param/, /castep_bin/],
  FORCE_CONSTANTS: [forceConstantsFile(fc, false), /phonopy's FORCE_CONSTANTS/, /phonopy\.yaml.*fc_name/],
  FULL: [forceConstantsFile(fc, true), /FORCE_CONSTANTS/, /phonopy\.yaml/],
  'older FORCE_CONSTANTS': [
    forceConstantsFile(fc, true).replace(/^ 18 18/, '18'),
    /FORCE_CONSTANTS/,
    /phonopy\.yaml/,
  ],
  FORCE_SETS: [
    '8\n2\n\n1\n  0.0100000000000000   0.0000000000000000   0.0000000000000000\n -0.1 0 0\n',
    /FORCE_SETS/,
    /--writefc/,
  ],
  BORN: [readFileSync(golden('phonopy/orbits/BORN'), 'utf8'), /phonopy's BORN/, /phonopy\.yaml.*born_name/],
  'BORN with a factor': ['14.4\n2 0 0 0 2 0 0 0 2\n1 0 0 0 1 0 0 0 1 # Na\n', /BORN/, /born_name/],
  POSCAR: [
    'NaCl\n   1.0\n 5.6 0.0 0.0\n 0.0 5.6 0.0\n 0.0 0.0 5.6\nNa Cl\n 4 4\nDirect\n 0 0 0\n',
    /POSCAR/,
    /vaspout\.h5.*phonopy/,
  ],
  'older POSCAR': [
    'x\n-170.5\n1 0 0\n0 1 0\n0 0 1\n2\nSelective dynamics\nCartesian\n 0 0 0 T T T\n',
    /POSCAR/,
    /vaspout/,
  ],
  OUTCAR: [
    ' vasp.6.4.2 20Jul23 (build Sep  1 2023) complex\n\n executed on LinuxIFC\n',
    /OUTCAR/,
    /vaspout\.h5/,
  ],
  'vasprun.xml': [
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n <generator>\n',
    /vasprun\.xml/,
    /vaspout\.h5/,
  ],
  POTCAR: [
    '  PAW_PBE Ga 08Apr2002\n   3.00000000000000\n parameters from PSCTR are:\n   VRHFIN =Ga: s2p1\n',
    /POTCAR/,
    /vaspout/,
  ],
  INCAR: ['SYSTEM = NaCl\nIBRION = 6 # phonons\nENCUT = 500\n', /INCAR/, /vaspout/],
  'x.fc': [
    '  2  2  0 10.2000000  0.0000000  0.0000000  0.0000000  0.0000000  0.0000000\n 0.0 0.5 0.5\n 0.5 0 0.5\n',
    /q2r/,
    /phonopy/,
  ],
  'y.fc': ["  1  1  2  7.5  0  0  0  0  0\n  1  'Al '  24590.7655930491\n", /q2r/, /phonopy/],
  'x.dyn1': ['Dynamical matrix file\n\n  2    2   2  10.2 0 0 0 0 0\n', /dynamical matrices/, /phonopy/],
  DDB: ['\n **** DERIVATIVE DATABASE ****\n+DDB, Version number 100401\n', /DDB/, /phonopy/],
  'x.cif': [
    "# made by hand\ndata_quartz\n_symmetry_space_group_name_H-M 'P 31 2 1'\n_cell_length_a 4.9\n",
    /CIF/,
    /force constants/,
  ],
  'x.mat': [`MATLAB 5.0 MAT-file, Platform: GLNXA64${' '.repeat(100)}`, /MAT-file/, /from_dict/],
  'x.bz2': ['BZh91AY&SYabc', /compressed with bzip2/, /gzip or xz/],
  'x.lzma': [']\0\0\x10\0\0', /older form of xz/, /gzip or xz/],
  'x.zip': ['PK\x03\x04\x14\x00', /zip archive/, /Unpack/],
  'band.yaml': [
    'calculator: vasp\nnqpoint: 2\nnpath: 1\nphonon:\n- q-position: [ 0, 0, 0 ]\n',
    /result of phonopy/,
    /phonopy\.yaml/,
  ],
};

describe('files that are no models', () => {
  const read = (bytes: Buffer | string) => readSource(memorySource(Buffer.from(bytes as string), '/data/x'));

  for (const [name, [content, what, advice]] of Object.entries(others)) {
    it(`${name} is named, and what to give instead`, async () => {
      for (const bytes of [Buffer.from(content), gzipSync(content)]) {
        const error = await failsWith('file_format', () => read(bytes));
        assert.match(error.message, what);
        assert.match(error.advice ?? '', advice);
        assert.equal(error.where, '/data/x');
      }
    });
  }

  it('are named where a format is, too', async () => {
    const source = memorySource(Buffer.from(others['x.phonon'][0]), '/data/x.phonon');
    const error = await failsWith('file_format', () => readSource(source, { format: 'castep' }));
    assert.match(error.message, /\.phonon file/);
  });

  it('are named in place of a part of phonopy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-other-'));
    writeFileSync(join(folder, 'phonopy.yaml'), phonopySummary(fc, { forceConstants: false, nac: 'none' }));
    for (const [name, [content]] of Object.entries(others)) writeFileSync(join(folder, name), content);
    const error = await failsWith('file_format', () => readForceConstants(folder, { fcName: 'FORCE_SETS' }));
    assert.match(error.message, /FORCE_SETS.*of which phonopy makes/);
    for (const bornName of ['OUTCAR', 'FORCE_CONSTANTS', 'POSCAR']) {
      const wrong = await failsWith('file_format', () => readForceConstants(folder, { bornName }));
      assert.match(wrong.message, new RegExp(`${bornName} is .*${bornName}`));
    }
    assert.equal((await readForceConstants(folder)).fc.nAtoms, fc.nAtoms);
    rmSync(folder, { recursive: true });
  });

  it('are none of the files that can be read', () => {
    for (const [name, { bytes }] of Object.entries(samples())) {
      if (['force_constants', 'born'].includes(name)) continue;
      refuseOtherFile(bytes.subarray(0, START_BYTES), name);
    }
  });

  it('of HDF5 are told apart', async function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-other-'));
    const vasp = golden('cases/vasp-pomass/original_incar.h5');
    const [relaxed, plain, mesh] = ['relaxed', 'plain', 'mesh'].map((name) => join(folder, `${name}.h5`));
    const without = { 'results/linear_response/force_constants': undefined };
    await changedHdf5(vasp, relaxed, { ...without, 'input/incar/IBRION': 2 });
    const error = await failsWith('no_force_constants', () => readForceConstants(relaxed));
    assert.match(error.message, /VASP's, but has no force constants .*IBRION = 2/);
    // nothing but what VASP was given
    const input = Object.fromEntries(
      ['positions/lattice_vectors', 'positions/ion_types', 'positions/position_ions'].map((key) => [
        `results/${key}`,
        undefined,
      ]),
    );
    await changedHdf5(vasp, plain, { ...without, ...input });
    assert.match(
      (await failsWith('no_force_constants', () => readForceConstants(plain))).message,
      /VASP's.*IBRION = 6/,
    );
    await changedHdf5(golden('cases/hdf5-lzf/force_constants.hdf5'), mesh, {
      force_constants: undefined,
      frequency: [1, 2, 3],
    });
    assert.match(
      (await failsWith('file_format', () => readForceConstants(mesh))).message,
      /result of phonopy/,
    );
    rmSync(folder, { recursive: true });
  });
});
