% Energy scans at one q-point, with the line shapes that horace_sqw knows.
%
% With Horace the same function simulates a cut or a fit: sqw_eval(cut, @model.horace_sqw, {[1 1 2], 'shape', 'dho'}).
% The picture goes to the current folder, which is this one while `run` runs the script.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));

fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal', 'negative_e', true);

q = [3.3 0 0.5];
energy = (-30:0.1:60).';
all_of = @(x) x * ones(size(energy));
fwhm = 2;
shapes = {'gauss', 'lorentz', 'dho'};
scans = zeros(numel(energy), numel(shapes));
for i = 1:numel(shapes)
    scans(:, i) = model.horace_sqw(all_of(q(1)), all_of(q(2)), all_of(q(3)), energy, [1 1 fwhm], 'shape', shapes{i});
    [highest, at] = max(scans(:, i));
    fprintf('%-8s highest %.4g mbarn/meV at %.1f meV\n', shapes{i}, highest, energy(at));
end

warning('off', 'Octave:gnuplot-graphics');  % Octave without a screen draws with gnuplot, and says so at length
fig = figure('visible', 'off');
plot(energy, scans);
legend(shapes);
xlabel('energy transfer (meV)');
ylabel('mbarn / meV per atom');
title(sprintf('\\alpha-quartz at (%g %g %g), 300 K', q));
picture = fullfile(pwd, 'quartz_line_shapes.png');
print(fig, '-dpng', '-r150', picture);
close(fig);
fprintf('The picture is %s\n', picture);
