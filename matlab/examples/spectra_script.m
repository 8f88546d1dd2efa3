% Density of states, map and powder average of quartz as numbers, and a powder model as a fit evaluates it.
here = fileparts(mfilename('fullpath'));
addpath(fullfile(here, '..'));
fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal', 'temperature', 300, 'debye_waller_grid', [4 4 4]);

dos = euphonic.dos(model, 'grid', [8 8 8], 'eb', 1.5, 'pdos', true);
fprintf('%g modes per atom, of %s\n', dos.area, strjoin(dos.labels, ', '));

map = euphonic.map(model, 'path', 'G M K G', 'zone', [1 0 2], 'eb', 1.5);
fprintf('map: %d energies x %d q-points in %s\n', size(map.data), map.unit);

powder = euphonic.powder(model, 2:0.1:4, 0:2:160, 'eb', 3, 'error', 5);
fprintf('powder: largest error of a sphere %.1f %%\n', 100 * max(powder.error));

% what sqw_eval and multifit do: |Q| in the place of qh
[q, en] = ndgrid(2:0.1:4, 10:10:150);
[~, facts] = model.powder_sqw(q, 0 * q, 0 * q, en, [1 1 3], 'q_spacing', 0.1, 'error', 10);
fprintf('%d spheres; ', facts.n_spheres);
[~, facts] = model.powder_sqw(q, 0 * q, 0 * q, en, [1 1 4], 'q_spacing', 0.1, 'error', 10);
fprintf('with another width calculated anew: %d\n', ~facts.cached);
