"""Makes the samples in this folder with Euphonic (2.1.1): python make.py

Small crystals of springs without meaning, each with what is easily got wrong. For each there are NAME.json, force constants in
Euphonic's JSON form (atomic units), and NAME.expected.json, what Euphonic calculates from them: frequencies in hartree, structure
factors in mbarn per atom, Debye-Waller tensors in bohr^2. In atomic units no result depends on the edition of CODATA.

Where Euphonic's C code is known to err (an xy element of the dielectric tensor), its Python code was used: `use_c`.
"""
import itertools
import json
import os
import warnings

import euphonic
import numpy as np
from euphonic import Crystal, DebyeWaller, ForceConstants, ureg
from euphonic.util import mp_grid

warnings.simplefilter('ignore')
here = os.path.dirname(os.path.abspath(__file__))
AMU = 1822.888486209
ATOMIC = {'length': ureg('bohr'), 'mass': ureg('electron_mass'), 'fc': ureg('hartree / bohr**2'),
          'charge': ureg('elementary_charge'), 'eps': ureg('elementary_charge**2 / bohr / hartree')}
Q = [[0, 0, 0], [0.1, 0.0, 0.0], [0.25, 0.0, 0.0], [1, 1, 0], [1, 1, 0], [1.02, 1.0, 0.03], [0.5, 0.5, 0.5], [0.5, 0, 0],
     [-0.31, 1.27, 0.44], [2.2, -1.1, 3.7], [1 / 3, 1 / 3, 0], [-4.6, 0.2, 0.9], [0.01, 0.0, 0.0], [0, 0, 0]]
GRID = [4, 2, 6]


def cells(matrix):
    """Lattice vectors, one of each class modulo the supercell, [0, 0, 0] first; and the index of any lattice vector."""
    s = np.array(matrix)
    adjugate = np.round(np.linalg.inv(s) * np.linalg.det(s)).astype(int)
    n = abs(round(np.linalg.det(s)))
    key = lambda cell: tuple(np.array(cell) @ adjugate % n)
    found = {}
    span = range(-abs(s).sum(), abs(s).sum() + 1)
    for cell in sorted(itertools.product(span, repeat=3), key=lambda c: (np.abs(c).sum(), tuple(-x for x in c))):
        found.setdefault(key(cell), cell)
        if len(found) == n:
            break
    origins = np.array(list(found.values()))
    index = {k: i for i, k in enumerate(found)}
    return origins, lambda cell: index[key(cell)]


def springs(lattice, positions, matrix, strength, range_, transverse=0.15):
    """Force constants of springs between all atoms closer than a few `range_`, folded into the supercell."""
    origins, index = cells(matrix)
    n = len(positions)
    fc = np.zeros((len(origins), n, 3, n, 3))
    for cell in itertools.product(range(-4, 5), repeat=3):
        for i, j in itertools.product(range(n), repeat=2):
            d = (np.array(positions[j]) - positions[i] + cell) @ lattice
            r = np.linalg.norm(d)
            if r < 1e-6 or r > 6 * range_:
                continue
            k = strength[i] * strength[j] * np.exp(-((r / range_) ** 2))
            block = -k * (np.outer(d, d) / r**2 + transverse * np.eye(3))
            fc[index(cell), i, :, j] += block
            fc[index((0, 0, 0)), i, :, i] -= block
    return origins, index, fc


def symmetric(fc, origins, index):
    """Rounded, and exactly the transpose of itself for the pair the other way round."""
    fc = np.round(fc, 7)
    for c, cell in enumerate(origins):
        other = index(-cell)
        for i, j in itertools.product(range(fc.shape[1]), repeat=2):
            fc[other, j, :, i] = fc[c, i, :, j].T
    return fc


def crystal(lattice, positions, types, masses, matrix, strength, range_, born=None, dielectric=None, change=None):
    lattice, positions = np.array(lattice, dtype=float), np.array(positions, dtype=float)
    origins, index, fc = springs(lattice, positions, matrix, strength, range_)
    if change:
        change(fc)
    fc = symmetric(fc, origins, index)
    return {'lattice': lattice, 'positions': positions, 'types': types, 'masses': np.array(masses) * AMU,
            'matrix': np.array(matrix), 'origins': origins, 'fc': fc.reshape(len(origins), 3 * len(types), -1),
            'born': None if born is None else np.array(born), 'eps': None if dielectric is None else np.array(dielectric)}


def force_constants(c):
    inner = Crystal(c['lattice'] * ATOMIC['length'], c['positions'], np.array(c['types']), c['masses'] * ATOMIC['mass'])
    polar = {} if c['born'] is None else {'born': c['born'] * ATOMIC['charge'], 'dielectric': c['eps'] * ATOMIC['eps']}
    return ForceConstants(inner, c['fc'] * ATOMIC['fc'], c['matrix'], c['origins'], **polar)


def to_json(c):
    inner = {'cell_vectors': c['lattice'].tolist(), 'cell_vectors_unit': 'bohr', 'n_atoms': len(c['types']),
             'atom_r': c['positions'].tolist(), 'atom_type': list(c['types']), 'atom_mass': c['masses'].tolist(),
             'atom_mass_unit': 'electron_mass'}
    out = {'crystal': inner, 'force_constants': c['fc'].tolist(), 'force_constants_unit': 'hartree / bohr ** 2',
           'sc_matrix': c['matrix'].tolist(), 'cell_origins': c['origins'].tolist(), 'n_cells_in_sc': len(c['origins'])}
    if c['born'] is not None:
        out |= {'born': c['born'].tolist(), 'born_unit': 'elementary_charge', 'dielectric': c['eps'].tolist(),
                'dielectric_unit': 'elementary_charge ** 2 / bohr / hartree'}
    return out


def cases_of(c, lengths, use_c, rules):
    fc = force_constants(c)
    polar = c['born'] is not None
    b = {symbol: (complex(*length) if isinstance(length, list) else length) * ureg('fm') for symbol, length in lengths.items()}
    choices = [{}] + [{'asr': rule} for rule in rules]
    if polar:
        # Euphonic's real-space rule corrects force constants without their dipole part, wherever there is one
        choices = [{}] + [{'asr': rule} if rule == 'reciprocal' else {'asr': rule, 'dipole': False} for rule in rules]
        choices += [{'dipole': False}, {'splitting': False}, {'dipole_parameter': 1.3}]
    for options in choices:
        modes = fc.calculate_qpoint_phonon_modes(np.array(Q), use_c=use_c, **options)
        grid = fc.calculate_qpoint_phonon_modes(mp_grid(GRID), use_c=use_c, **options)
        case = {'options': options, 'frequencies': modes.frequencies.to('hartree').magnitude.tolist()}
        case['structure_factors'] = modes.calculate_structure_factor(scattering_lengths=b).structure_factors.to('mbarn').magnitude.tolist()
        if np.abs(grid.frequencies.to('meV').magnitude).min() < 0.1:
            # 1/frequency amplifies rounding
            yield case
            continue
        case['debye_waller'] = []
        for temperature in (0, 300):
            w = grid.calculate_debye_waller(temperature * ureg('K'), symmetrise=False)
            case['debye_waller'].append(w.debye_waller.to('bohr**2').magnitude.tolist())
        dw = DebyeWaller(fc.crystal, w.debye_waller, 300 * ureg('K'))
        s = modes.calculate_structure_factor(scattering_lengths=b, dw=dw).structure_factors
        case['structure_factors_300K'] = s.to('mbarn').magnitude.tolist()
        yield case


rng = np.random.default_rng(5)
TRICLINIC = [[7.1, 0.4, -0.2], [-1.3, 6.4, 0.5], [0.9, -1.1, 8.2]]
SKEW = [[2, 1, 0], [0, 2, 0], [1, 0, 1]]
EPS = [[2.6, 0.0, 0.2], [0.0, 3.1, -0.3], [0.2, -0.3, 2.2]]
EPS_XY = [[2.6, 0.4, 0.2], [0.4, 3.1, -0.3], [0.2, -0.3, 2.2]]


def charges(n, total):
    z = np.round(rng.normal(size=(n, 3, 3)) * 0.3, 3)
    z[0] += 1.5 * np.eye(3)
    z[-1] += np.round(total * np.eye(3) - z.sum(axis=0), 3)
    return z


def broken(fc):
    """Each atom's own block is too large by some 2 %, unequally for each direction."""
    for i in range(fc.shape[1]):
        fc[0, i, :, i] += np.diag([0.002, 0.003, 0.001]) * (1 + i)


def unstable(fc):
    """An own block so small that some modes have negative squares."""
    fc[0, 0, :, 0] -= 0.03 * np.eye(3)


OUTSIDE = [[0.05, -0.4, 1.2], [0.52, 1.45, 0.61], [-0.3, 0.2, -0.85]]
TYPES, MASSES, STRENGTH = ['Na', 'Cl', 'O'], [22.99, 35.45, 15.999], [0.3, 0.35, 0.25]
LENGTHS = {'Na': 3.63, 'Cl': 9.577, 'O': 5.803}

crystals = {
    # a triclinic cell, a supercell that is not diagonal, coordinates below 0 and above 1
    'triclinic': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5), LENGTHS, None),
    # anisotropic Born charges that do not add up to zero
    'charged': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5, charges(3, 0.05), EPS), LENGTHS, None),
    # the same with an xy element of the dielectric tensor
    'dielectric_xy': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5, charges(3, 0.05), EPS_XY), LENGTHS, False),
    # all atoms on special places: every second separation lies on the surface of the Wigner-Seitz cell
    'ties': (crystal(6 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ['Na', 'Cl'], MASSES[:2], 2 * np.eye(3, dtype=int),
                     STRENGTH, 4.5), LENGTHS, None),
    'broken_sum_rule': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5, change=broken), LENGTHS, None),
    'imaginary': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5, change=unstable), LENGTHS, None),
    'complex_lengths': (crystal(TRICLINIC, OUTSIDE, ['Cd', 'Cl', 'Gd'], [112.41, 35.45, 157.25], SKEW, STRENGTH, 5),
                        {'Cd': [4.87, -0.7], 'Cl': 9.577, 'Gd': [6.5, -13.82]}, None),
    'single_cell': (crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, np.eye(3, dtype=int), STRENGTH, 5, charges(3, 0), EPS), LENGTHS,
                    None),
}


def asymmetric():
    """As some programs write them: a pair's block is not quite the transpose of the other way round."""
    c = crystal(TRICLINIC, OUTSIDE, TYPES, MASSES, SKEW, STRENGTH, 5)
    c['fc'] = np.round(c['fc'] * (1 + 1e-3 * rng.normal(size=c['fc'].shape)), 8)
    return c


crystals['asymmetric'] = (asymmetric(), LENGTHS, None)

for name, (c, lengths, use_c) in crystals.items():
    # the real-space rule leaves Euphonic acoustic modes of 0.8 meV at the zone centre of the asymmetric one; in a single cell,
    # whose modes of no frequency are many, it shifts them by 1e-8 of other eigenvalues
    rules = ['reciprocal'] if name in ('asymmetric', 'single_cell') else ['reciprocal', 'realspace']
    with open(os.path.join(here, f'{name}.json'), 'w') as f:
        json.dump(to_json(c), f)
    expected = {'origin': f'make.py with Euphonic {euphonic.__version__}', 'use_c': use_c, 'scattering_lengths': lengths,
                'qpts': Q, 'grid': GRID, 'temperatures': [0, 300], 'cases': list(cases_of(c, lengths, use_c, rules))}
    with open(os.path.join(here, f'{name}.expected.json'), 'w') as f:
        json.dump(expected, f)
    lowest = min(min(row) for row in expected['cases'][0]['frequencies']) * 27211.386
    highest = max(max(row) for row in expected['cases'][0]['frequencies']) * 27211.386
    print(f'{name}: {lowest:.2f} to {highest:.2f} meV')
