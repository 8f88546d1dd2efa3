"""Makes the files in this folder with Euphonic (2.1.1 with matplotlib): python make.py

Spectra of two crystals, as Euphonic's tools `euphonic-dos` and `euphonic-powder-map` write them, and along lines of q-points as its
Python functions give them: that the commands of this program make the same ones, test/cli/euphonic.test.ts checks. Energies are
meV, lengths angstrom, S mbarn per meV and atom. Nothing is broadened: Euphonic broadens the histograms, this program each mode.
"""
import gzip
import json
import os
import tempfile
import warnings
from pathlib import Path

os.environ['MPLBACKEND'] = 'agg'
warnings.simplefilter('ignore')

import euphonic
import numpy as np
from euphonic import ForceConstants, ureg
from euphonic.cli import dos, powder_map
from euphonic.util import mp_grid

here = Path(__file__).parent
root = here.parent.parent.parent
N_LINE = 11
CRYSTALS = {
    # name: file, highest energy, line of q-points, |Q| of the spheres
    'quartz_bks': (root / 'matlab/examples/data/quartz_bks.json.gz', 180, [[1, 0, 2], [1.5, 0, 2]], [2, 2.375]),
    'triclinic': (here.parent / 'crystals/triclinic.json', None, [[0, 1, 2], [0.5, 1.5, 2.5]], [1.5, 1.875]),
}
BINS = 60


def written(tool, *args):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, 'spectrum.json')
        tool.main([*map(str, args), '--save-json', file])
        return json.loads(Path(file).read_text())


def rounded(values, digits=9):
    """As lists; what is not finite is null."""
    values = np.asarray(values)
    if values.ndim > 0:
        return [rounded(row, digits) for row in values]
    return float(f'{values:.{digits}g}') if np.isfinite(values) else None


def along_line(fc, corners, edges):
    share = np.linspace(0, 1, N_LINE)[:, np.newaxis]
    qpts = (1 - share) * corners[0] + share * np.array(corners[1])
    modes = fc.calculate_qpoint_phonon_modes(qpts, asr='reciprocal')
    on_grid = fc.calculate_qpoint_phonon_modes(mp_grid([4, 3, 2]), asr='reciprocal')
    factor = modes.calculate_structure_factor(dw=on_grid.calculate_debye_waller(300 * ureg('K')))
    sqw = factor.calculate_sqw_map(edges * ureg('meV'), calc_bose=True, temperature=300 * ureg('K'))
    return {
        'corners': corners,
        'points': N_LINE,
        'frequencies': rounded(modes.frequencies.to('meV').magnitude),
        'map': rounded(sqw.z_data.to('mbarn / meV').magnitude),
    }


for name, (file, highest, corners, (q_min, q_max)) in CRYSTALS.items():
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / f'{name}.json'
        plain.write_bytes(gzip.decompress(file.read_bytes()) if file.suffix == '.gz' else file.read_bytes())
        fc = ForceConstants.from_json_file(plain)
        on_grid = fc.calculate_qpoint_phonon_modes(mp_grid([6, 6, 6]), asr='reciprocal')
        highest = highest or float(np.ceil(1.05 * on_grid.frequencies.to('meV').magnitude.max()))
        energies = ['--e-min', 0, '--e-max', highest, '--ebins', BINS, '--asr', 'reciprocal']
        density = written(dos, plain, '--grid', 6, 5, 4, *energies, '--pdos')
        spheres = ['--q-min', q_min, '--q-max', q_max, '--q-spacing', 0.125, '--sampling', 'golden', '--npts', 1000]
        hot = ['-w', 'coherent', '--temperature', 300, '--grid', 4, 3, 2]
        powder = written(powder_map, plain, *spheres, *hot, *energies)
        edges = np.linspace(0, highest, BINS + 1)
        golden = {
            'origin': f'make.py with Euphonic {euphonic.__version__}',
            'e_max': highest,
            'bins': BINS,
            'dos': {
                'labels': [line['label'] for line in density['metadata']['line_data']],
                'data': rounded(density['y_data']),
            },
            'line': along_line(fc, corners, edges),
            'powder': {'q': rounded(powder['x_data']), 'data': rounded(powder['z_data'])},
        }
        (here / f'{name}.json').write_text(json.dumps(golden) + '\n')
        print(name)
