"""Makes the folders born_* here with phonopy (4.10.0): python make_born.py

Files BORN whose independent atoms depend on what phonopy looks for symmetry with: magnetic moments, a tolerance, labels of sites.
Force constants are a spring of each atom to its place, without meaning. expected.json has all atoms' charges as phonopy expands them.
"""
import json
import os
import warnings

import numpy as np
from phonopy import Phonopy
from phonopy.file_IO import parse_BORN
from phonopy.structure.atoms import PhonopyAtoms

warnings.simplefilter('ignore')
here = os.path.dirname(os.path.abspath(__file__))
U = 0.305
MNF2 = [[0, 0, 0], [0.5, 0.5, 0.5], [U, U, 0], [-U, -U, 0], [0.5 + U, 0.5 - U, 0.5], [0.5 - U, 0.5 + U, 0.5]]
CELL = np.diag([4.87, 4.87, 3.31])


def make(name, symprec=1e-5, positions=MNF2, cell=CELL, symbols=('Mn', 'Mn', 'F', 'F', 'F', 'F'), **atoms):
    path = os.path.join(here, f'born_{name}')
    os.makedirs(path, exist_ok=True)
    unitcell = PhonopyAtoms(symbols=list(symbols), cell=cell, scaled_positions=positions, **atoms)
    ph = Phonopy(unitcell, supercell_matrix=np.eye(3, dtype=int), symprec=symprec)
    n = len(unitcell)
    fc = np.zeros((n, n, 3, 3))
    for i in range(n):
        fc[i, i] = np.eye(3) * (5 + i)
    ph.force_constants = fc
    ph.save(os.path.join(path, 'phonopy.yaml'), settings={'force_constants': True})
    symmetry = ph.primitive_symmetry
    born = random_charges(ph, symmetry)
    with open(os.path.join(path, 'BORN'), 'w') as f:
        f.write('14.399652\n2.3 0 0 0 2.3 0 0 0 2.5\n')
        for i in symmetry.get_independent_atoms():
            f.write(' '.join(f'{x:.6f}' for x in born[i].ravel()) + '\n')
    found = parse_BORN(ph.primitive, symprec=symprec, filename=os.path.join(path, 'BORN'))
    independent = [int(i) for i in symmetry.get_independent_atoms()]
    print(name, 'independent', independent)
    with open(os.path.join(path, 'expected.json'), 'w') as f:
        json.dump({'independent': independent, 'born': found['born'].tolist()}, f, indent=1)


def random_charges(ph, symmetry):
    """Charges that have the symmetry of their sites: a random tensor, averaged."""
    rng = np.random.default_rng(7)
    lattice = ph.primitive.cell.T
    born = rng.normal(size=(len(ph.primitive), 3, 3))
    for i in range(len(born)):
        rotations = [lattice @ r @ np.linalg.inv(lattice) for r in symmetry.get_site_symmetry(i)]
        born[i] = np.mean([r @ born[i] @ r.T for r in rotations], axis=0)
    return np.round(born, 6)


# time reversal relates the two manganese atoms; with vectors the moments lie in the plane, and turn with the operations
make('antiferromagnetic', magnetic_moments=[4.6, -4.6, 0, 0, 0, 0])
make('noncollinear', magnetic_moments=[[4.6, 0, 0], [0, 4.6, 0]] + [[0, 0, 0]] * 4)
make('canted', magnetic_moments=[[3, 3, 0], [3, -3, 0]] + [[0, 0, 0]] * 4)
# a chemical cell doubled along c by its moments: the translation turns them round
doubled = [[x, y, (z + k) / 2] for k in range(2) for x, y, z in MNF2]
make('doubled', cell=np.diag([4.87, 4.87, 6.62]), positions=doubled, symbols=['Mn', 'Mn', 'F', 'F', 'F', 'F'] * 2,
     magnetic_moments=[4.6, 4.6, 0, 0, 0, 0, -4.6, -4.6, 0, 0, 0, 0])
# atoms that are off their places by more than the usual tolerance
rough = np.array(MNF2) + 1e-4 * np.random.default_rng(5).normal(size=(6, 3))
make('tolerance', symprec=5e-3, positions=rough)
# sites told apart by a label only
make('labels', symbols=['Mn1', 'Mn2', 'F1', 'F2', 'F3', 'F4'])
