"""phonopy with its solver in Rust.

Modes are asked for at the points of the first zone that are equivalent: its Ewald sum is meant for these. Structure
factors come from its own class, which multiplies by a Debye-Waller factor from a mesh.
"""

import numpy as np
from euphonic import ForceConstants
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

MEV_PER_THZ = 4.135667696
# e^2 / (4 pi epsilon_0) in eV angstrom
COULOMB = 14.399645
MESH = [2, 2, 2]
TEMPERATURE = 300.0  # K


class PhonopyRust:
    def __init__(self, model, threads, dipole_parameter=1.0, scattering_lengths=None):
        fc = ForceConstants.from_json_file(model)
        crystal = fc.crystal
        self.scattering_lengths = scattering_lengths
        unit_cell = PhonopyAtoms(
            symbols=list(crystal.atom_type),
            cell=crystal.cell_vectors.to("angstrom").magnitude,
            scaled_positions=crystal.atom_r,
            masses=crystal.atom_mass.to("amu").magnitude,
        )
        # phonopy's matrix holds the supercell's vectors in its columns.
        self.phonopy = Phonopy(
            unit_cell, supercell_matrix=fc.sc_matrix.T, primitive_matrix="P", is_symmetry=False, lang="Rust"
        )
        total = total_force_constants(fc, dipole_parameter, threads)
        self.phonopy.force_constants = in_phonopys_order(fc, total, self.phonopy)
        if fc.born is not None:
            self.phonopy.nac_params = {
                "born": fc.born.to("e").magnitude,
                "dielectric": fc.dielectric.to("e**2/(bohr*hartree)").magnitude,
                "factor": COULOMB,
                "method": "gonze",
            }
        self.phonopy.run_mesh(MESH, is_mesh_symmetry=False, with_eigenvectors=True)

    def info(self, qpts):
        return {}

    def modes(self, qpts):
        return self.phonopy.run_qpoints(qpts - np.round(qpts), with_eigenvectors=True)

    def structure_factor(self, qpts):
        self.phonopy.init_dynamic_structure_factor(
            qpts, TEMPERATURE, scattering_lengths=self.scattering_lengths
        )
        self.phonopy.dynamic_structure_factor.run()

    def results(self, qpts):
        return np.sort(self.modes(qpts).frequencies, axis=1) * MEV_PER_THZ, None


def total_force_constants(fc, dipole_parameter, threads):
    """[n_cells, 3n, 3n] eV/angstrom^2. Of a polar crystal Euphonic's are the short-range part, phonopy's the total: the
    sum that gives the dynamical matrix at all q-points that the supercell is commensurate with."""
    short = fc.force_constants.to("eV/angstrom**2").magnitude
    if fc.born is None:
        return short
    qpts = commensurate_points(fc)
    modes = fc.calculate_qpoint_phonon_modes(
        qpts, splitting=False, dipole_parameter=dipole_parameter, reduce_qpts=False, use_c=True, n_threads=threads
    )
    omega = modes.frequencies.to("meV").magnitude
    vectors = modes.eigenvectors.reshape(len(qpts), omega.shape[1], -1)
    matrices = np.einsum("qma,qm,qmb->qab", vectors, np.sign(omega) * omega**2, vectors.conj())
    root = np.repeat(np.sqrt(fc.crystal.atom_mass.to("amu").magnitude), 3)
    phases = np.exp(-2j * np.pi * fc.cell_origins @ qpts.T) / len(qpts)
    # From meV^2 times amu: omega^2 M with omega = E / hbar.
    unit = 1e-6 * 1.66053906660e-27 / (6.582119569e-16**2) / 1.602176634e-19 * 1e-20
    return np.einsum("cq,qab->cab", phases, matrices).real * np.outer(root, root) * unit


def commensurate_points(fc):
    """All q-points in [0, 1)^3 whose phase is one on every vector of the supercell."""
    inverse = np.linalg.inv(fc.sc_matrix)
    most = int(round(abs(np.linalg.det(fc.sc_matrix))))
    found = {}
    reach = range(int(np.abs(fc.sc_matrix).sum(axis=1).max()) + 1)
    for m in np.array(np.meshgrid(reach, reach, reach)).reshape(3, -1).T:
        q = inverse @ m
        q -= np.floor(q + 1e-9)
        found.setdefault(tuple(np.round(q, 8)), q)
        if len(found) == most:
            break
    return np.array(list(found.values()))


def in_phonopys_order(fc, force_constants, phonopy):
    """Compact force constants [n, n * n_cells, 3, 3] for phonopy's order of the atoms in the supercell."""
    n = fc.crystal.n_atoms
    cells, atoms = located(fc, phonopy.supercell)
    inverse = np.linalg.inv(fc.sc_matrix)
    origin_keys = {key(origin, inverse): c for c, origin in enumerate(fc.cell_origins)}
    references = {atoms[s]: s for s in phonopy.primitive.p2s_map}
    out = np.empty((n, len(atoms), 3, 3))
    for row, first in enumerate(phonopy.primitive.p2s_map):
        i = atoms[first]
        for s, j in enumerate(atoms):
            c = origin_keys[key(cells[s] - cells[first], inverse)]
            out[row, s] = force_constants[c, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3]
    assert len(references) == n
    return out


def located(fc, supercell):
    """The cell (integers) and the atom (index) of each atom in the supercell."""
    positions = supercell.scaled_positions @ fc.sc_matrix
    difference = positions[:, None, :] - fc.crystal.atom_r[None, :, :]
    distance = np.abs(difference - np.round(difference)).max(axis=2)
    atoms = distance.argmin(axis=1)
    cells = np.round(difference[np.arange(len(atoms)), atoms]).astype(int)
    return cells, atoms


def key(cell, inverse):
    """The same for cells that differ by a vector of the supercell."""
    x = np.asarray(cell) @ inverse
    return tuple(np.round((x - np.floor(x + 1e-6)) * 1e4).astype(int))
