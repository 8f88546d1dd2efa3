"""Makes the folder mixture here with phonopy (4.10.0): python make_mixture.py

A virtual crystal: zinc blende whose first site holds 0.3 Ge and 0.7 Sn, which phonopy writes as atoms with weights at one place and
merges into a site when it reads them. expected.json has phonopy's frequencies in meV.
"""
import os

import numpy as np
from make import QPTS, THZ_IN_MEV, springs
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.cells import apply_site_mixture

import json

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'mixture')
os.makedirs(path, exist_ok=True)
cell = PhonopyAtoms(symbols=['Ge', 'C', 'Sn'], cell=[[0, 2.6, 2.6], [2.6, 0, 2.6], [2.6, 2.6, 0]],
                    scaled_positions=[[0, 0, 0], [0.25, 0.25, 0.25], [0, 0, 0]])
ph = Phonopy(apply_site_mixture(cell, [0.3, 1.0, 0.7]), supercell_matrix=np.diag([2, 2, 2]), site_mixture_scheme='merge')


class Sites:
    """The supercell of sites, with the numbers that springs() asks for."""

    def __init__(self, s):
        self.scaled_positions, self.cell = s.scaled_positions, s.cell
        self.numbers = np.array([6 if m < 20 else 40 for m in s.masses])

    def __len__(self):
        return len(self.numbers)


class Holder:
    supercell = Sites(ph.supercell)


ph.force_constants = springs(Holder)
ph.save(os.path.join(path, 'phonopy.yaml'), settings={'force_constants': True})
ph.run_qpoints(QPTS)
with open(os.path.join(path, 'expected.json'), 'w') as f:
    json.dump({'qpts': QPTS, 'frequencies': (ph.qpoints.frequencies * THZ_IN_MEV).tolist(), 'masses': ph.primitive.masses.tolist()}, f, indent=1)
