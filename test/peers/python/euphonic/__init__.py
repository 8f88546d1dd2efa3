"""The names of Euphonic's Python package that the peers' tests use, carried out by the MATLAB package of this project."""

import pint

from octave_session import call

ureg = pint.UnitRegistry()


class Remote:
    """An object in the Octave process."""

    def __init__(self, *args, **kwargs):
        self.object = int(call("create", *args, **kwargs)["number"][0, 0])

    def reference(self):
        return {"object": self.object}


class ForceConstants(Remote):
    @classmethod
    def from_castep(cls, filename):
        return cls("ForceConstants.from_castep", filename)

    @classmethod
    def from_phonopy(cls, path):
        return cls("ForceConstants.from_phonopy", path=path)

    @classmethod
    def from_json_file(cls, filename):
        return cls("ForceConstants.from_json_file", filename)


class QpointPhononModes:
    """Only named by the peers' imports: the one test that makes such objects is skipped."""
