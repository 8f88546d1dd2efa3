"""Makes mode_gradients.json: mode gradients as Euphonic (2.1.1) calculates them from force constants in `crystals`.
Usage: python mode_gradients.py > mode_gradients.json

Numbers are in atomic units, hartree and hartree bohr: [q-point][mode] and [q-point][mode][3]. Euphonic leaves the derivative of
the dipole term out, so polar crystals are calculated without this term; and it divides by 2 omega where a mode is imaginary and
omega a negative number, so that the gradient there is that of |omega|. Of force constants that are not quite symmetric it takes
one triangle for the frequencies and both for their gradients: there is no such crystal here.
"""
import json
import warnings
from pathlib import Path

import euphonic
import numpy as np
from euphonic import ForceConstants

warnings.simplefilter('ignore')
crystals = Path(__file__).parent / 'crystals'
Q = [[0.1, 0.0, 0.0], [0.25, 0.13, -0.07], [0.5, 0.5, 0.5], [-0.31, 1.27, 0.44], [2.2, -1.1, 3.7], [0.01, 0.0, 0.02]]
CASES = [
    ('triclinic', {}),
    ('triclinic', {'asr': 'reciprocal'}),
    ('broken_sum_rule', {'asr': 'realspace'}),
    ('imaginary', {}),
    ('ties', {}),
    ('charged', {'dipole': False}),
]
cases = []
for name, options in CASES:
    fc = ForceConstants.from_json_file(crystals / f'{name}.json')
    modes, gradients = fc.calculate_qpoint_phonon_modes(np.array(Q), return_mode_gradients=True, **options)
    cases.append({
        'crystal': name,
        'options': options,
        'frequencies': modes.frequencies.to('hartree').magnitude.tolist(),
        'mode_gradients': gradients.to('hartree * bohr').magnitude.tolist(),
    })
print(json.dumps({'origin': f'mode_gradients.py with Euphonic {euphonic.__version__}', 'qpts': Q, 'cases': cases}))
