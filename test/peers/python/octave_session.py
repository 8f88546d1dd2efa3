"""Calls of the MATLAB package in one Octave process; arguments and results travel in .mat files."""

import atexit
import itertools
import pathlib
import subprocess
import tempfile

import numpy as np
import scipy.io

_here = pathlib.Path(__file__).parent
_folder = tempfile.TemporaryDirectory()
_numbers = itertools.count()
_octave = subprocess.Popen(
    ["octave-cli", "-q", "--norc", "--no-history", str(_here / "serve_calls.m")],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
atexit.register(_octave.terminate)


def _value(value):
    """A Python value as the package takes it."""
    if value is None:
        return "None"
    if hasattr(value, "units"):
        return {"magnitude": float(value.magnitude), "unit": f"{value.units:~}"}
    if isinstance(value, dict):
        return {name: _value(item) for name, item in value.items()}
    if isinstance(value, (bool, str)):
        return value
    return np.asarray(value, dtype=float)


def _cell(values):
    cell = np.empty((1, len(values)), dtype=object)
    for i, value in enumerate(values):
        cell[0, i] = _value(value)
    return cell


def call(name, *args, **kwargs):
    """Calls a function of serve_calls.m; keyword arguments become name-value pairs. Returns a dict of its results.

    Raises ValueError where the package refuses an argument, else RuntimeError.
    """
    path = pathlib.Path(_folder.name) / f"{next(_numbers)}.mat"
    pairs = itertools.chain.from_iterable(kwargs.items())
    scipy.io.savemat(path, {"name": name, "args": _cell([*args, *pairs])})
    _octave.stdin.write(f"{path}\n\n")  # Octave gives a line only when it sees what follows it
    _octave.stdin.flush()
    for line in _octave.stdout:
        if line == f"{path}\n":
            break
        print(line, end="")
    else:
        raise RuntimeError("Octave has ended")
    answer = scipy.io.loadmat(path)
    path.unlink()
    if "identifier" in answer:
        identifier, message = ("".join(answer[name]) for name in ("identifier", "message"))
        raise (ValueError if identifier.endswith((":invalid_argument", ":size_mismatch")) else RuntimeError)(message)
    return answer
