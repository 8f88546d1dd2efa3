"""Makes debye_waller.json: Debye-Waller tensors on Monkhorst-Pack grids, as Euphonic computes them from the files of
the data folder. Usage: python debye_waller.py DATA_FOLDER > debye_waller.json
"""
import json
import sys
from pathlib import Path

import euphonic
from euphonic import ForceConstants, ureg
from euphonic.util import mp_grid

data = Path(sys.argv[1])
models = {
    'quartz/quartz.castep_bin': ForceConstants.from_castep,
    'lzo/LZO_force_constants.json': ForceConstants.from_json_file,
}
# grids without the zone centre, where Euphonic takes a direction from the list; with it, without splitting
cases = [
    ('quartz/quartz.castep_bin', (6, 6, 6), 300, None),
    ('quartz/quartz.castep_bin', (6, 6, 6), 0, None),
    ('quartz/quartz.castep_bin', (6, 6, 6), 300, 'reciprocal'),
    ('quartz/quartz.castep_bin', (3, 3, 3), 300, None),
    ('quartz/quartz.castep_bin', (2, 1, 4), 10, None),
    ('lzo/LZO_force_constants.json', (4, 4, 4), 300, None),
]
out = []
for file, grid, temperature, asr in cases:
    fc = models[file](data / file)
    modes = fc.calculate_qpoint_phonon_modes(mp_grid(grid), asr=asr, splitting=False)
    for symmetrise in (False, True):
        w = modes.calculate_debye_waller(temperature * ureg('K'), symmetrise=symmetrise)
        out.append({
            'file': file, 'grid': grid, 'temperature': temperature, 'asr': asr, 'symmetrise': symmetrise,
            'debye_waller': w.debye_waller.to('angstrom**2').magnitude.ravel().tolist(),
        })
origin = f'debye_waller.py with Euphonic {euphonic.__version__}'
# constants differ with the edition of CODATA: the tensors are proportional to the square of this one
bohr = ureg('bohr').to('angstrom').magnitude
json.dump({'origin': origin, 'unit': 'angstrom**2', 'angstrom_per_bohr': bohr, 'cases': out},
          sys.stdout, indent=1)
