from euphonic import Remote


class BrilleInterpolator(Remote):
    @classmethod
    def from_force_constants(cls, fc, **kwargs):
        return cls("BrilleInterpolator.from_force_constants", fc.reference(), **kwargs)
