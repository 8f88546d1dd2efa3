"""CoherentCrystal under its name in the peers' Python package, carried out by the MATLAB package of this project."""

from euphonic import Remote
from octave_session import call


class CoherentCrystal(Remote):
    def __init__(self, force_constants, **kwargs):
        fc = force_constants.reference() if isinstance(force_constants, Remote) else force_constants
        super().__init__("CoherentCrystal", fc, **kwargs)

    def horace_disp(self, qh, qk, ql, *args, **kwargs):
        answer = call("horace_disp", self.reference(), qh, qk, ql, *args, **kwargs)
        n_q = len(qh)
        return [answer[name].reshape(-1, n_q) for name in ("w", "sf")]
