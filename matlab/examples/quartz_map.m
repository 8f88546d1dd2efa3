% S(Q,w) of alpha-quartz: a Q-E map along a path through several Brillouin zones, and 50,000 q-points at random.
%
% The picture goes to the current folder, which is this one while `run` runs the script. The crystal is
% quartz_bks.json.gz in the folder data beside this file: quartz in the potential of van Beest, Kramer and van Santen
% (1990), with rigid ions.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));

% The daemon calculates; any call would start it, but then we would not know whether it was there before.
daemon = euphonic.start();

fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');

% Three q-points
q = [0.5 0 0; 1 / 3 1 / 3 0; 1.1 0.2 2.3];
[w, ~] = model.horace_disp(q(:, 1), q(:, 2), q(:, 3));
fprintf('\nFrequencies of alpha-quartz (BKS potential), meV\n');
fprintf('%24s %8s %8s %8s %8s   %8s\n', 'q-point', 'mode 1', '2', '3', '4', '27');
for i = 1:size(q, 1)
    fprintf('  (%6.3f %6.3f %6.3f) %8.3f %8.3f %8.3f %8.3f   %8.3f\n', q(i, :), ...
        w{1}(i), w{2}(i), w{3}(i), w{4}(i), w{27}(i));
end

% A path through Brillouin zones: straight lines between corners
corners = [1 0 0; 4 0 0; 4 0 3; 2 2 3];
points_per_line = 200;
path = corners(1, :);
for i = 2:size(corners, 1)
    part = (1:points_per_line).' / points_per_line;
    path = [path; corners(i - 1, :) + part * (corners(i, :) - corners(i - 1, :))]; %#ok<AGROW>
end
[w, sf] = model.horace_disp(path(:, 1), path(:, 2), path(:, 3));

% Each mode is a Gaussian of the spectrometer's resolution on the energy axis.
energy = (0:0.5:160).';
fwhm = 1.5;
sigma = fwhm / sqrt(8 * log(2));
map = zeros(numel(energy), size(path, 1));
for mode = 1:numel(w)
    map = map + sf{mode} .* exp(-(energy - w{mode}).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
end

% 50,000 q-points at random, as a large cut has them
n = 50000;
q = 6 * rand(n, 3) - 3;
began = tic();
[w, sf] = model.horace_disp(q(:, 1), q(:, 2), q(:, 3));
seconds = toc(began);
facts = euphonic.status();
fprintf('\n%d q-points at random, %d modes each\n', n, numel(w));
fprintf('  whole call    %8.3f s\n', seconds);
fprintf('  kernel alone  %8.3f s = %.2f us per q-point on %d threads (%s)\n', facts.last_job.kernel_seconds, ...
    1e6 * facts.last_job.kernel_seconds / n, facts.last_job.threads, facts.simd);

% The picture
picture = fullfile(pwd, 'quartz_map.png');
warning('off', 'Octave:gnuplot-graphics');  % Octave without a screen draws with gnuplot, and says so at length
fig = figure('visible', 'off');
distance = (0:size(path, 1) - 1) / points_per_line;
shown = sort(map(:));
imagesc(distance, energy, map, [0, shown(round(0.97 * numel(shown)))]);
axis('xy');
colormap('hot');
labels = arrayfun(@(i) sprintf('(%g %g %g)', corners(i, :)), 1:size(corners, 1), 'UniformOutput', false);
set(gca(), 'xtick', 0:size(corners, 1) - 1, 'xticklabel', labels);
xlabel('Q (r.l.u.)');
ylabel('energy (meV)');
title('S(Q,\omega) of \alpha-quartz at 300 K');
bar = colorbar();
ylabel(bar, 'mbarn / meV per atom');
print(fig, '-dpng', '-r150', picture);
close(fig);
fprintf('\nThe picture of S(Q,w) is %s\n', picture);

% A daemon that was alive before stays alive.
if daemon.started
    euphonic.stop();
end
