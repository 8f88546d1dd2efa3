"""Makes the samples in this folder with phonopy (4.10.0): python make.py

Crystals of springs without meaning. Each folder has what phonopy wrote, and expected.json with what phonopy itself says of it:
frequencies without Born charges in meV at some q-points, and Born charges of all primitive atoms.
"""
import json
import lzma
import os
import warnings

import h5py
import numpy as np
from phonopy import Phonopy
from phonopy.file_IO import parse_BORN, write_force_constants_to_hdf5, write_FORCE_CONSTANTS
from phonopy.structure.atoms import PhonopyAtoms

warnings.simplefilter('ignore')
here = os.path.dirname(os.path.abspath(__file__))
QPTS = [[0.01, 0.02, 0.0], [0.1, 0.2, 0.3], [0.4, -0.2, 0.25], [0.5, 0.0, 0.0]]
THZ_IN_MEV = 4.135667696923859


def springs(ph):
    """Springs between all atoms and their images, periodic in the supercell."""
    s = ph.supercell
    n = len(s)
    shifts = np.array([[a, b, c] for a in range(-3, 4) for b in range(-3, 4) for c in range(-3, 4)])
    fc = np.zeros((n, n, 3, 3))
    for i in range(n):
        for j in range(n):
            d = (s.scaled_positions[j] - s.scaled_positions[i] + shifts) @ s.cell
            r = np.linalg.norm(d, axis=1)
            d, r = d[r > 1e-6], r[r > 1e-6]
            k = 8 * np.exp(2 - r) * (1 + 0.01 * (s.numbers[i] + s.numbers[j]))
            fc[i, j] = -np.einsum('k,ka,kb->ab', 0.8 * k / r**2, d, d) - np.eye(3) * 0.2 * k.sum()
    for i in range(n):
        fc[i, i] -= fc[i].sum(axis=0)
    return np.round(fc, 9)


def model(cell, positions, symbols, supercell, primitive=None, calculator=None):
    unitcell = PhonopyAtoms(symbols=symbols, cell=cell, scaled_positions=positions)
    ph = Phonopy(unitcell, supercell_matrix=supercell, primitive_matrix=primitive, calculator=calculator)
    ph.force_constants = springs(ph)
    return ph


def expected(ph, folder, **more):
    nac, ph.nac_params = ph.nac_params, None
    ph.run_qpoints(QPTS)
    meV = ph.qpoints.frequencies * THZ_IN_MEV
    ph.nac_params = nac
    result = {'qpts': QPTS, 'frequencies': meV.tolist(), **more}
    with open(os.path.join(here, folder, 'expected.json'), 'w') as f:
        json.dump(result, f, indent=1)


def folder(name):
    path = os.path.join(here, name)
    os.makedirs(path, exist_ok=True)
    return path


# a skew supercell of a triclinic cell; atoms outside the cell; asymmetric Born charges that add up to zero
path = folder('skew')
triclinic = [[4.0, 0.3, 0.1], [-0.5, 5.0, 0.4], [0.2, -0.3, 6.0]]
ph = model(triclinic, [[0.05, 0.1, -0.2], [0.5, 1.45, 0.6], [0.3, 0.8, 0.15]], ['Na', 'Cl', 'O'], [[2, 1, 0], [0, 2, 0], [1, 0, 1]])
born = np.round(np.random.default_rng(3).normal(size=(3, 3, 3)), 6)
born[2] = -born[0] - born[1]
ph.nac_params = {'born': born, 'dielectric': np.array([[2.5, 0.1, 0.2], [0.1, 3, 0.3], [0.2, 0.3, 2.8]]), 'factor': 14.4}
ph.save(os.path.join(path, 'phonopy_params.yaml'), settings={'force_constants': True, 'born_effective_charge': True, 'dielectric_constant': True})
expected(ph, 'skew', born=born.tolist(), dielectric=ph.nac_params['dielectric'].tolist())

# rock salt, a primitive cell that is not the unit cell; force constants compact and full, as text and as HDF5
path = folder('rocksalt')
positions = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]]
ph = model(np.eye(3) * 5.6, positions, ['Na'] * 4 + ['Cl'] * 4, np.diag([1, 1, 2]), primitive='F')
full = ph.force_constants
compact = full[ph.primitive.p2s_map]
ph.save(os.path.join(path, 'phonopy.yaml'), settings={'force_constants': False, 'force_sets': False, 'displacements': False})
write_FORCE_CONSTANTS(full, filename=os.path.join(path, 'FULL'))
write_FORCE_CONSTANTS(compact, filename=os.path.join(path, 'FORCE_CONSTANTS'), p2s_map=ph.primitive.p2s_map)
write_force_constants_to_hdf5(full, filename=os.path.join(path, 'full.hdf5'), physical_unit='eV/angstrom^2')
write_force_constants_to_hdf5(compact, filename=os.path.join(path, 'compact.hdf5'), p2s_map=ph.primitive.p2s_map)
with h5py.File(os.path.join(path, 'no_map.hdf5'), 'w') as f:
    f.create_dataset('force_constants', data=compact)
expected(ph, 'rocksalt')

# a crystal with symmetry in a single cell; BORN has one atom of each orbit; atomic units
path = folder('orbits')
u, x, y, z = 0.4634, 0.4262, 0.2733, 0.7902
quartz = [[u, 0, 2 / 3], [0, u, 1 / 3], [-u, -u, 0], [x, y, z], [-y, x - y, z + 2 / 3], [y - x, -x, z + 1 / 3],
          [y, x, -z], [x - y, -y, 1 / 3 - z], [-x, y - x, 2 / 3 - z]]
hexagonal = [[9.31, 0, 0], [-4.655, 4.655 * np.sqrt(3), 0], [0, 0, 10.28]]
ph = model(hexagonal, quartz, ['Si'] * 3 + ['O'] * 6, np.eye(3, dtype=int), calculator='qe')
ph.save(os.path.join(path, 'phonopy.yaml'), settings={'force_constants': True})
with open(os.path.join(path, 'BORN'), 'w') as f:
    f.write('default value\n2.4 0 0 0 2.4 0 0 0 2.5\n')
    f.write('3.0 0 0 0 3.6 0.3 0 -0.25 3.45\n')
    f.write('-1.65 0.45 0.3 0.41 -1.65 -0.2 0.28 -0.15 -1.725\n')
with lzma.open(os.path.join(path, 'phonopy.yaml.xz'), 'wt') as f:
    f.write(open(os.path.join(path, 'phonopy.yaml')).read())
nac = parse_BORN(ph.primitive, filename=os.path.join(path, 'BORN'), is_symmetry=True)
expected(ph, 'orbits', born=nac['born'].tolist(), dielectric=nac['dielectric'].tolist())
