"""brille: linear interpolation of modes between the points of a grid, through Euphonic's interface to it. Not exact."""

import numpy as np
import spglib
from euphonic import ForceConstants
from euphonic.brille import BrilleInterpolator
from euphonic_peer import checked


class Brille:
    def __init__(self, model, threads, dipole_parameter=1.0, grid_npts=1000):
        self.threads = threads
        self.grid_npts = grid_npts
        fc = ForceConstants.from_json_file(model)
        fc.crystal.atom_r = symmetric_positions(fc.crystal)
        self.interpolator = BrilleInterpolator.from_force_constants(
            fc,
            grid_type="trellis",
            grid_npts=grid_npts,
            interpolation_kwargs={"dipole_parameter": dipole_parameter, "use_c": True, "n_threads": threads},
        )

    def info(self, qpts):
        return {"grid": f"trellis, grid_npts={self.grid_npts}"}

    def modes(self, qpts):
        return self.interpolator.calculate_qpoint_phonon_modes(qpts, useparallel=self.threads > 1, threads=self.threads)

    def structure_factor(self, qpts):
        return self.modes(qpts).calculate_structure_factor(scattering_lengths="Sears1992")

    def results(self, qpts):
        return checked(self.structure_factor(qpts))


def symmetric_positions(crystal):
    """The positions, obeying the space group to the last digit: brille does not take a file's rounded ones."""
    cell, r, types = crystal.to_spglib_cell()
    r = np.asarray(r)
    symmetry = spglib.get_symmetry((cell, r, types), symprec=1e-5)
    total = np.zeros_like(r)
    for rotation, translation in zip(symmetry["rotations"], symmetry["translations"]):
        images = r @ rotation.T + translation
        difference = images[:, None, :] - r[None, :, :]
        difference -= np.round(difference)
        target = np.abs(difference).max(axis=2).argmin(axis=1)
        total[target] += r[target] + difference[np.arange(len(r)), target]
    return total / len(symmetry["rotations"])
