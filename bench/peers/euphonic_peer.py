"""Euphonic: its C extension, its Python path, and its C extension under a pool of processes."""

import multiprocessing
import time

import numpy as np
from euphonic import ForceConstants

# Values of dipole_parameter that are tried: the best depends on crystal and supercell.
DIPOLE_PARAMETERS = (0.3, 0.4, 0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.5, 2.0)
TRIAL_SECONDS = 0.4
# A machine has its moments: the values take turns, and each counts with its best time, unless a trial takes long.
TRIAL_ROUNDS = 3
LONG_TRIAL_SECONDS = 4
TOO_LONG = 2


class Interpolation:
    use_c = True

    def __init__(self, model, threads, dipole_parameter=1.0, tune=False):
        self.fc = ForceConstants.from_json_file(model)
        self.threads = threads
        self.dipole_parameter = dipole_parameter
        self.tune = tune

    def info(self, qpts):
        if self.tune and self.fc.born is not None:
            self.dipole_parameter = self.best(qpts)
        return {"dipole_parameter": self.dipole_parameter if self.fc.born is not None else None}

    def best(self, qpts):
        best = {value: float("inf") for value in DIPOLE_PARAMETERS}
        for trial in range(TRIAL_ROUNDS):
            begin = time.perf_counter()
            for value in DIPOLE_PARAMETERS:
                if trial > 0 and best[value] > TOO_LONG * min(best.values()):
                    continue
                best[value] = min(best[value], self.trial(value, qpts))
                fastest = min(best, key=best.get)
                # Larger values only add to the reciprocal sum from here on.
                if value > fastest and best[value] > TOO_LONG * best[fastest]:
                    break
            if time.perf_counter() - begin > LONG_TRIAL_SECONDS * len(DIPOLE_PARAMETERS):
                break
        return min(best, key=best.get)

    def trial(self, dipole_parameter, qpts):
        """Seconds for a q-point with this value, once what Euphonic keeps for the value is there."""
        self.dipole_parameter = dipole_parameter
        self.modes(qpts[: self.threads])
        points = max(8, self.threads)
        while True:
            begin = time.perf_counter()
            self.modes(qpts[:points])
            seconds = time.perf_counter() - begin
            if seconds > TRIAL_SECONDS or points >= len(qpts):
                return seconds / min(points, len(qpts))
            points *= 4

    def modes(self, qpts):
        return self.fc.calculate_qpoint_phonon_modes(
            qpts,
            dipole_parameter=self.dipole_parameter,
            reduce_qpts=False,
            use_c=self.use_c,
            n_threads=self.threads,
        )

    def structure_factor(self, qpts):
        return self.modes(qpts).calculate_structure_factor(scattering_lengths="Sears1992")

    def results(self, qpts):
        return checked(self.structure_factor(qpts))


def checked(structure_factor):
    """Frequencies in meV, and the structure factors summed over modes in mbarn."""
    return (
        np.sort(structure_factor.frequencies.to("meV").magnitude, axis=1),
        structure_factor.structure_factors.to("mbarn").magnitude.sum(axis=1),
    )


class CExtension(Interpolation):
    pass


class PythonPath(Interpolation):
    use_c = False


class ProcessPool(Interpolation):
    """A pool that lives as long as the model, one chunk of q-points for each process and call, one thread in each."""

    def __init__(self, model, threads, **options):
        super().__init__(model, threads, **options)
        self.pool = multiprocessing.get_context("fork").Pool(threads, self.adopt, (self,))

    @staticmethod
    def adopt(peer):
        global inherited
        inherited = peer

    def scattered(self, task, qpts):
        return self.pool.map(task, [(part, self.dipole_parameter) for part in np.array_split(qpts, self.threads)])

    def modes(self, qpts):
        return self.scattered(modes_in_process, qpts)

    def structure_factor(self, qpts):
        return self.scattered(structure_factor_in_process, qpts)

    def results(self, qpts):
        parts = [checked_arrays(*part) for part in self.structure_factor(qpts)]
        return tuple(np.concatenate(column) for column in zip(*parts))


def checked_arrays(frequencies, structure_factors):
    return np.sort(frequencies, axis=1), structure_factors.sum(axis=1)


def in_process(qpts, dipole_parameter):
    return inherited.fc.calculate_qpoint_phonon_modes(
        qpts, dipole_parameter=dipole_parameter, reduce_qpts=False, use_c=True, n_threads=1
    )


def modes_in_process(task):
    modes = in_process(*task)
    return modes.frequencies.to("meV").magnitude, modes.eigenvectors


def structure_factor_in_process(task):
    result = in_process(*task).calculate_structure_factor(scattering_lengths="Sears1992")
    return result.frequencies.to("meV").magnitude, result.structure_factors.to("mbarn").magnitude
