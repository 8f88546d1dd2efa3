% Dispersion curves, and a map of the intensities along the same path.
%
% The pictures go to the current folder, which is this one while `run` runs the script.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));

fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'temperature', 100, 'asr', 'reciprocal');

warning('off', 'Octave:gnuplot-graphics');  % Octave without a screen draws with gnuplot, and says so at length

fig = figure('visible', 'off');
euphonic.plot_dispersion(fc, [0 0 0; 0.5 0 0; 1 / 3 1 / 3 0; 0 0 0; 0 0 0.5], ...
    'labels', {'\Gamma', 'M', 'K', '\Gamma', 'A'}, 'asr', 'reciprocal', ...
    'title', 'Phonons of \alpha-quartz');
dispersion_picture = fullfile(pwd, 'quartz_dispersion.png');
print(fig, '-dpng', '-r150', dispersion_picture);
close(fig);

fig = figure('visible', 'off');
euphonic.plot_sqw(model, [2 0 0; 4 0 0; 4 0 2], 0:0.25:60, 'fwhm', 1, ...
    'title', 'S(Q,\omega) of \alpha-quartz at 100 K');
colormap('hot');
map_picture = fullfile(pwd, 'quartz_sqw.png');
print(fig, '-dpng', '-r150', map_picture);
close(fig);
fprintf('The pictures are %s and %s\n', dispersion_picture, map_picture);
