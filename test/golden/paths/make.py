"""Makes paths.json: paths through reciprocal space as seekpath finds them, for every extended Bravais lattice.
Usage: python make.py > paths.json, with seekpath 2.2.2, spglib 2.8.0 and numpy; it takes some minutes.

Crystals are made here: a space group, a cell in its standard setting, whose shape gives the extended Bravais lattice, and one
to three orbits of atoms that have this symmetry and no more. seekpath sees each of them by the conventional cell, by a primitive
cell recombined with a random unimodular matrix, and by a supercell of the latter.

  paths     extended Bravais lattice: labels, | where the path breaks
  crystals  cell        conventional cell, angstrom, one vector a row
            primitive   vectors of the primitive cell (rows) in multiples of the conventional ones
            positions   of the atoms in the primitive cell, fractional
            types       of the atoms
            rotations   of the crystal class, on positions (columns) in the primitive cell
            views       what seekpath was given: `cell` (rows) in multiples of the primitive vectors, and the points it found,
                        in units of the reciprocal vectors of this cell
"""
import json
import warnings

import numpy as np
import seekpath
import spglib

warnings.simplefilter('ignore')
random = np.random.default_rng(20)

# symbol, space group, a, b, c, alpha, beta, gamma
CRYSTALS = [
    ('aP2', 1, 4.1, 5.2, 6.3, 81, 75, 69), ('aP2', 2, 4.3, 5.1, 6.6, 78, 73, 66),
    ('aP3', 1, 4.1, 5.2, 6.3, 98, 104, 109), ('aP3', 2, 4.2, 5.5, 6.1, 101, 96, 107),
    ('mP1', 4, 4.1, 5.2, 6.3, 90, 104, 90), ('mP1', 10, 6.6, 5.2, 4.7, 90, 97, 90), ('mP1', 14, 6.4, 5.1, 4.3, 90, 108, 90),
    ('mC1', 8, 7.2, 4.1, 5.3, 90, 109, 90), ('mC1', 12, 7.7, 3.5, 7.1, 90, 118, 90), ('mC1', 15, 8.1, 4.4, 5.2, 90, 107, 90),
    ('mC2', 9, 4.2, 6.9, 5.3, 90, 103, 90), ('mC2', 12, 3.8, 5.9, 6.1, 90, 101, 90),
    ('mC3', 5, 5.9, 5.8, 4.2, 90, 112, 90), ('mC3', 12, 4.92, 5.05, 4.3, 90, 117, 90),
    ('oP1', 19, 5.2, 6.3, 4.1, 90, 90, 90), ('oP1', 61, 6.1, 5.3, 4.9, 90, 90, 90), ('oP1', 62, 6.4, 4.1, 5.2, 90, 90, 90),
    ('oC1', 36, 4.1, 6.2, 5.3, 90, 90, 90), ('oC1', 65, 5.8, 4.3, 3.9, 90, 90, 90),
    ('oC2', 36, 6.1, 4.2, 5.3, 90, 90, 90), ('oC2', 63, 6.3, 4.4, 5.1, 90, 90, 90),
    ('oA1', 38, 4.1, 5.2, 6.3, 90, 90, 90), ('oA2', 40, 4.1, 6.2, 5.3, 90, 90, 90),
    ('oF1', 22, 6.2, 7.3, 4.1, 90, 90, 90), ('oF1', 70, 8.1, 4.2, 6.6, 90, 90, 90),
    ('oF2', 42, 7.3, 8.2, 4.1, 90, 90, 90),
    ('oF3', 43, 6.1, 6.6, 7.2, 90, 90, 90), ('oF3', 69, 7.3, 6.2, 6.8, 90, 90, 90),
    ('oI1', 44, 5.2, 4.1, 6.3, 90, 90, 90), ('oI1', 71, 7.1, 5.4, 4.3, 90, 90, 90),
    ('oI2', 46, 6.4, 4.1, 5.2, 90, 90, 90),
    ('oI3', 45, 4.2, 6.6, 5.3, 90, 90, 90), ('oI3', 74, 6.2, 4.4, 5.1, 90, 90, 90),
    ('tP1', 81, 4.1, 4.1, 5.2, 90, 90, 90), ('tP1', 136, 4.6, 4.6, 2.96, 90, 90, 90),
    ('tI1', 82, 5.2, 5.2, 4.1, 90, 90, 90), ('tI1', 87, 5.4, 5.4, 3.9, 90, 90, 90),
    ('tI2', 80, 4.1, 4.1, 6.2, 90, 90, 90), ('tI2', 141, 3.8, 3.8, 9.5, 90, 90, 90),
    ('hP1', 157, 4.9, 4.9, 5.4, 90, 90, 120), ('hP1', 147, 5.1, 5.1, 4.4, 90, 90, 120),
    ('hP2', 152, 4.9, 4.9, 5.4, 90, 90, 120), ('hP2', 176, 5.2, 5.2, 4.3, 90, 90, 120),
    ('hR1', 160, 4.1, 4.1, 9.8, 90, 90, 120), ('hR1', 148, 4.3, 4.3, 10.2, 90, 90, 120),
    ('hR2', 146, 6.2, 6.2, 4.9, 90, 90, 120), ('hR2', 166, 6.4, 6.4, 5.1, 90, 90, 120),
    ('cP1', 198, 5.3, 5.3, 5.3, 90, 90, 90), ('cP1', 200, 5.1, 5.1, 5.1, 90, 90, 90), ('cP1', 205, 5.4, 5.4, 5.4, 90, 90, 90),
    ('cP2', 215, 4.1, 4.1, 4.1, 90, 90, 90), ('cP2', 221, 4.2, 4.2, 4.2, 90, 90, 90),
    ('cF1', 196, 6.1, 6.1, 6.1, 90, 90, 90), ('cF1', 202, 8.2, 8.2, 8.2, 90, 90, 90),
    ('cF2', 216, 5.4, 5.4, 5.4, 90, 90, 90), ('cF2', 225, 5.6, 5.6, 5.6, 90, 90, 90),
    ('cI1', 197, 5.3, 5.3, 5.3, 90, 90, 90), ('cI1', 204, 6.2, 6.2, 6.2, 90, 90, 90),
]
# forms of a coordinate of special positions, of random x, y, z
COORDINATES = [lambda x: 0, lambda x: 0.25, lambda x: 0.5, lambda x: x[0], lambda x: x[1], lambda x: x[2], lambda x: -x[0],
               lambda x: 2 * x[0], lambda x: x[0] + 0.5]
HALLS = {}
for hall in range(1, 531):
    HALLS.setdefault(spglib.get_spacegroup_type(hall).number, hall)


def cell_vectors(a, b, c, alpha, beta, gamma):
    cos_a, cos_b, cos_g = [0 if x == 90 else -0.5 if x == 120 else np.cos(np.radians(x)) for x in (alpha, beta, gamma)]
    sin_g = np.sqrt(1 - cos_g**2)
    y = (cos_a - cos_b * cos_g) / sin_g
    return np.array([[a, 0, 0], [b * cos_g, b * sin_g, 0], [c * cos_b, c * y, c * np.sqrt(1 - cos_b**2 - y**2)]])


def separation(cell, x, y):
    d = x - y
    return np.linalg.norm((d - np.round(d)) @ cell)


def orbit(cell, group, seed):
    operations = spglib.get_symmetry_from_database(HALLS[group])
    points = []
    for rotation, translation in zip(operations['rotations'], operations['translations']):
        point = (rotation @ seed + translation) % 1
        if all(separation(cell, point, other) > 1e-6 for other in points):
            points.append(point)
    return points


def crystal_of(group, cell):
    """The smallest of those tried that have the wanted symmetry, as spglib takes it."""
    best = None
    for _ in range(300):
        positions, types = [], []
        for species in range(random.integers(1, 4)):
            x = np.round(random.uniform(0.04, 0.46, 3), 4)
            points = orbit(cell, group, np.array([random.choice(COORDINATES)(x) for _ in range(3)]))
            positions += points
            types += [species + 1] * len(points)
        if len(types) >= (len(best[2]) if best else 100):
            continue
        apart = np.array(positions)[:, None] - positions
        apart = np.linalg.norm((apart - np.round(apart)) @ cell, axis=2)
        if np.min(apart + 9 * np.eye(len(types))) < 0.7:
            continue
        crystal = (cell, np.array(positions), types)
        found = spglib.get_symmetry_dataset(crystal)
        lattice = spglib.find_primitive(crystal)
        if found is None or found.number != group or lattice is None:
            continue
        if round(np.linalg.det(cell) / np.linalg.det(lattice[0])) == round(np.linalg.det(INVERSES[CENTRING[group]])):
            best = crystal
    return best


CENTRING = {group: 'P' for group in range(1, 231)}
for hall in range(1, 531):
    kind = spglib.get_spacegroup_type(hall)
    if HALLS[kind.number] == hall:
        CENTRING[kind.number] = kind.international_short[0]
# integer inverses of the rows that make the primitive cell
INVERSES = {
    'P': np.eye(3), 'F': [[-1, 1, 1], [1, -1, 1], [1, 1, -1]], 'I': [[0, 1, 1], [1, 0, 1], [1, 1, 0]],
    'R': [[1, -1, 0], [0, 1, -1], [1, 1, 1]], 'C': [[1, 1, 0], [-1, 1, 0], [0, 0, 1]], 'A': [[1, 0, 0], [0, 1, 1], [0, -1, 1]],
}


def unimodular():
    matrix = np.eye(3, dtype=int)
    for _ in range(5):
        i, j = random.choice(3, 2, replace=False)
        matrix[i] += random.choice([-1, 1]) * matrix[j]
    return matrix


def expanded(cell, positions, types, matrix):
    """The crystal by the cell matrix·cell."""
    inverse = np.linalg.inv(matrix)
    size = round(abs(np.linalg.det(matrix)))
    found, kinds = [], []
    reach = range(-np.abs(matrix).sum(), np.abs(matrix).sum() + 1)
    origins = {}
    for u in reach:
        for v in reach:
            for w in reach:
                origins.setdefault(tuple(np.round(np.array([u, v, w]) @ inverse * size).astype(int) % size), [u, v, w])
    assert len(origins) == size
    for origin in origins.values():
        found += [(position + origin) @ inverse for position in positions]
        kinds += types
    return matrix @ cell, np.array(found), kinds


def numbers(values, digits=9):
    """Without zeros that say nothing."""
    return [int(x) if x == int(x) else x for x in (round(float(x), digits) + 0.0 for x in np.ravel(values))]


paths = {}
crystals = []
for symbol, group, *shape in CRYSTALS:
    cell = cell_vectors(*shape)
    made = crystal_of(group, cell)
    assert made, f'no crystal for {symbol} {group}'
    to_conventional = np.array(INVERSES[CENTRING[group]])
    primitive = np.linalg.inv(to_conventional)
    positions, types = [], []
    for position, kind in zip(made[1] @ to_conventional, made[2]):
        if all(separation(primitive @ cell, position, other) > 1e-6 for other in positions):
            positions.append(position % 1)
            types.append(kind)
    recombination = unimodular()
    enlargement = random.permutation([1, 1, 2])
    views = []
    for matrix in [to_conventional, recombination, np.diag(enlargement) @ recombination]:
        view = expanded(primitive @ cell, positions, types, np.array(matrix, dtype=int))
        result = seekpath.get_path_orig_cell(view)
        assert result['bravais_lattice_extended'] == symbol, (symbol, group, result['bravais_lattice_extended'])
        text = result['path'][0][0]
        for (_, before), (start, end) in zip([(None, result['path'][0][0])] + result['path'], result['path']):
            text += f' {end}' if start == before else f'|{start} {end}'
        assert paths.setdefault(symbol, text) == text
        points = {label: numbers(q) for label, q in result['point_coords'].items()}
        views.append({'cell': numbers(matrix), 'points': points})
    rotations = {tuple(np.ravel(r)) for r in spglib.get_symmetry_dataset((primitive @ cell, positions, types)).rotations}
    crystals.append({
        'bravais': symbol, 'group': group, 'cell': numbers(cell, 15), 'primitive': numbers(primitive, 15),
        'positions': [numbers(position) for position in positions], 'types': types,
        'rotations': [numbers(rotation) for rotation in sorted(rotations)], 'views': views,
    })
assert len(paths) == 29
print('{"origin": ' + json.dumps(f'make.py with seekpath {seekpath.__version__}, spglib {spglib.__version__}') + ',')
print('"paths": ' + json.dumps(paths) + ',\n"crystals": [')
print(',\n'.join(json.dumps(crystal, separators=(',', ':')) for crystal in crystals) + '\n]}')
