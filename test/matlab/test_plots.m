function tests = test_plots()
    %TEST_PLOTS   Paths through reciprocal space and what is drawn along them, without a screen.
    tests = localfunctions();
end

function a_path_goes_from_corner_to_corner()
    fc = support.quartz();
    corners = [0 0 0; 0.5 0 0; 0.5 0 0.5];
    [qpts, distance, at_corners] = euphonic.q_path(fc, corners, 90);
    support.check(abs(size(qpts, 1) - 90) <= 2 && size(qpts, 2) == 3, '90 q-points');
    support.check(isequal(qpts([1 end], :), corners([1 end], :)), 'both ends');
    twice = find(diff(distance) == 0);
    support.check(isscalar(twice) && isequal(qpts(twice, :), corners(2, :), qpts(twice + 1, :)), 'the corner twice');
    support.check(all(diff(distance) >= 0) && abs(distance(end) - at_corners(3)) < 1e-12, 'ascending distances');
    lattice = fc.crystal.cell_vectors;
    lengths = [norm(2 * pi * (corners(2, :) / lattice.')), norm(2 * pi * (corners(3, :) - corners(2, :)) / lattice.')];
    support.check(max(abs(diff(at_corners).' - lengths)) < 1e-12, 'lengths in 1/angstrom');
    steps = diff(distance(1:twice));
    support.check(max(abs(steps - steps(1))) < 1e-12, 'equal steps');
end

function unusable_paths_are_refused()
    fc = support.quartz();
    check = @(part, varargin) support.check_error('EUPHONIC:q_path:invalid_argument', part, ...
        @() euphonic.q_path(varargin{:}));
    check('force constants', 7, [0 0 0; 1 0 0]);
    check('1x3', fc, [0 0 0]);
    check('2x2', fc, [0 0; 1 1]);
    check('1 and 2', fc, [0 0 0; 0 0 0]);
    check('integer', fc, [0 0 0; 1 0 0], 1.5);
end

function a_dispersion_is_drawn()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    fc = support.quartz();
    lines = euphonic.plot_dispersion(fc, [0 0 0; 0.5 0 0; 1 / 3 1 / 3 0], 'labels', {'G', 'M', 'K'}, ...
        'n_points', 40, 'asr', 'reciprocal');
    support.check(numel(lines) == 54, '27 modes on each of two lines');
    support.check(isequal(reshape(get(gca(), 'xticklabel'), 1, []), {'G', 'M', 'K'}), 'labels');
    support.check(strcmp(get(get(gca(), 'title'), 'string'), 'Si3 O6'), 'the formula as the title');
    support.check(strcmp(get(get(gca(), 'title'), 'interpreter'), 'tex'), 'Greek letters in titles set afterwards');
    limits = ylim();
    support.check(limits(1) == 0 && limits(2) > 100, 'an ordinate from 0, found %s', mat2str(limits));
    at_corners = get(gca(), 'xtick');
    drawn = get(findobj(gca(), 'type', 'line'), 'xdata');
    support.check(sum(cellfun(@(x) isequal(x(:).', at_corners([2 2])), drawn)) == 1, 'a line at the corner');
    check_picture(fig);
    content = fc.to_dict();
    content.force_constants = -content.force_constants;
    euphonic.plot_dispersion(euphonic.ForceConstants.from_dict(content), [0 0 0; 0.5 0 0], 'n_points', 5);
    limits = ylim();
    support.check(limits(1) < 0, 'imaginary modes to be seen, found %s', mat2str(limits));
    support.check_error('EUPHONIC:plot_dispersion:size_mismatch', 'labels', ...
        @() euphonic.plot_dispersion(fc, [0 0 0; 1 0 0], 'labels', {'G'}));
    support.check_error('EUPHONIC:calculate_qpoint_frequencies:unknown_option', '''asr''', ...
        @() euphonic.plot_dispersion(fc, [0 0 0; 1 0 0], 'ars', 1));
end

function a_dispersion_has_the_path_of_its_lattice()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    fc = support.quartz();
    lines = euphonic.plot_dispersion(fc, 'asr', 'reciprocal', 'q_spacing', 0.1);
    support.check(numel(lines) == 9 * 27, '27 modes on each of nine lines, found %d', numel(lines));
    labels = reshape(get(gca(), 'xticklabel'), 1, []);
    support.check(isequal(labels, {'\Gamma', 'M', 'K', '\Gamma', 'A', 'L', 'H', 'A|L', 'M|H', 'K'}), ...
        'labels of a hexagonal lattice, found %s', strjoin(labels));
    limits = ylim();
    support.check(limits(1) == 0, 'no imaginary mode');
    drawn = get(lines, 'ydata');
    model = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal');
    again = euphonic.plot_dispersion(model, 'q_spacing', 0.1);
    support.check(isequal(get(again, 'ydata'), drawn), 'the same of a model with the same options');
end

function a_path_of_ones_own_lies_in_the_zone_asked_for()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    fc = support.quartz();
    path = euphonic.internal.plot.path_of('test', fc, [], struct('path', 'G M K | A L', 'zone', [1; 0; 2], ...
                                                               'q_spacing', 0.05));
    at = path.qpts(reshape(path.lines.', [], 1), :);
    check_near(at, [1 0 2; 1.5 0 2; 1.5 0 2; 4 / 3 1 / 3 2; 1 0 2.5; 1.5 0 2.5], 1e-15);
    support.check(isequal(path.labels, {'\Gamma', 'M', 'K|A', 'L'}), 'labels, found %s', strjoin(path.labels));
    support.check(isequal(find(~isnan(path.directions(:, 1))), 1), 'a direction at the zone centre');
    lengths = sqrt(sum((diff(path.qpts(1:2, :)) * 2 * pi / fc.crystal.cell_vectors.').^2));
    check_near(lengths, diff(path.distance(1:2)), 1e-12);
    rows = [0 0 0; 1 / 3 1 / 3 0; NaN NaN NaN; 0.1 0.2 0.3; 0 0 0.5];
    path = euphonic.internal.plot.path_of('test', fc, [], struct('q', rows));
    support.check(isequal(path.qpts(reshape(path.lines.', [], 1), :), rows([1 2 4 5], :)), 'ends as they were given');
    support.check(isequal(path.labels, {'\Gamma', 'K|1/10 1/5 3/10', 'A'}), 'labels, found %s', strjoin(path.labels));
    drawn = @(zone) get(euphonic.plot_dispersion(fc, 'path', 'M K', 'zone', zone, 'q_spacing', 0.1), 'ydata');
    check_near(cell2mat(drawn([2 0 -1])), cell2mat(drawn([0 0 0])), 1e-6);
    corners = euphonic.internal.plot.path_of('test', fc, [0 0 0; 0.5 0 0], struct('zone', [0 1 0], 'n_points', 5));
    support.check(isequal(corners.qpts([1 end], :), [0 1 0; 0.5 1 0]), 'corners in another zone');
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:plot_dispersion:' reason], part, ...
        @() euphonic.plot_dispersion(fc, varargin{:}));
    check('invalid_argument', 'one of GAMMA', 'path', 'G X');
    check('invalid_argument', 'path, q', 'path', 'G M', 'q', [0 0 0; 1 0 0]);
    check('invalid_argument', 'zone', 'zone', [0.5 0 0]);
    check('size_mismatch', 'zone', 'zone', eye(3));
    check('invalid_argument', 'q_spacing', 'q_spacing', 0);
end

function a_map_follows_a_path_through_another_zone()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc, 'asr', 'reciprocal', 'lim', 1e3);
    given = {0:2:160, 'path', 'M K | A L', 'q_spacing', 0.1, 'zone'};
    [map, distance] = euphonic.plot_sqw(model, [], given{:}, [1 0 2]);
    labels = reshape(get(gca(), 'xticklabel'), 1, []);
    support.check(isequal(labels, {'M', 'K|A', 'L'}), 'labels, found %s', strjoin(labels));
    check_picture(fig);
    path = euphonic.internal.plot.path_of('test', fc, [], struct('path', 'M K | A L', 'q_spacing', 0.1, ...
                                                               'zone', [1 0 2]));
    [w, sf] = model.horace_disp(path.qpts(:, 1), path.qpts(:, 2), path.qpts(:, 3));
    check_near(map, sum_of_gaussians((0:2:160).', w, sf, 4), 1e-12);
    support.check(isequal(distance, path.distance), 'distances of the path');
    % axes of the model that are turned against the crystal's
    model.conversion_mat = [0 1 0; 1 0 0; 0 0 -1];
    [turned, distance] = euphonic.plot_sqw(model, [], given{:}, [0 1 -2]);
    check_near(turned, map, 1e-9);
    support.check(isequal(distance, path.distance), 'the same distances');
    model.conversion_mat = 'None';
    model.splitting_directions = 'average';
    support.check_error('EUPHONIC:plot_sqw:invalid_argument', 'splitting_directions', ...
        @() euphonic.plot_sqw(model, [], given{:}, [1 0 2]));
end

function a_map_has_the_splitting_of_each_line_and_nothing_infinite()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    model = euphonic.CoherentCrystal(support.quartz(), 'asr', 'reciprocal', 'temperature', 100, ...
                                     'debye_waller_grid', [2 2 2], 'negative_e', true, 'verbose', false);
    energy = (-20:2:160).';
    given = {energy, 'path', 'M G A', 'q_spacing', 0.2, 'zone', [0 0 3], 'fwhm', 5};
    map = euphonic.plot_sqw(model, [], given{:});
    path = euphonic.internal.plot.path_of('test', model.force_constants, [], ...
        struct('path', 'M G A', 'q_spacing', 0.2, 'zone', [0 0 3]));
    model.splitting_directions = path.directions;
    [w, sf] = model.horace_disp(path.qpts(:, 1), path.qpts(:, 2), path.qpts(:, 3));
    % acoustic modes at the zone centre have no finite intensity
    for i = 1:numel(sf)
        sf{i}(~isfinite(sf{i})) = 0;
    end
    check_near(map, sum_of_gaussians(energy, w, sf, 5), 1e-12);
    at_centre = find(~isnan(path.directions(:, 1)));
    support.check(numel(at_centre) == 2 && any(map(:, at_centre(1)) ~= map(:, at_centre(2))), 'both sides of a centre');
end

function a_map_is_drawn_and_keeps_the_intensity()
    fig = figure_without_screen();
    close_it = onCleanup(@() close(fig));
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    energy = -20:0.25:200;
    [map, distance] = euphonic.plot_sqw(model, [1.1 0 0; 1.9 0 0.3], energy, 'fwhm', 1, 'n_points', 30);
    support.check(isequal(size(map), [numel(energy), numel(distance)]), 'a map of energies by q-points');
    qpts = euphonic.q_path(model.force_constants, [1.1 0 0; 1.9 0 0.3], 30);
    [~, sf] = model.horace_disp(qpts(:, 1), qpts(:, 2), qpts(:, 3));
    support.check(abs(sum(map) * 0.25 ./ sum(cell2mat(sf.')) - 1) < 1e-6, 'the integral over energy');
    drawn_title = @() get(get(gca(), 'title'), 'string');
    support.check(strcmp(drawn_title(), 'Si3 O6, 300 K'), 'formula and temperature as the title');
    check_picture(fig);
    few = {energy, 'n_points', 5, 'title'};
    euphonic.plot_sqw(model, [1.1 0 0; 1.9 0 0.3], few{:}, '\alpha-quartz');
    support.check(strcmp(drawn_title(), '\alpha-quartz'), 'a title of one''s own');
    euphonic.plot_sqw(model, [1.1 0 0; 1.9 0 0.3], few{:}, '');
    support.check(isempty(drawn_title()), 'no title');
    model.temperature = 'None';
    euphonic.plot_sqw(model, [1.1 0 0; 1.9 0 0.3], few{1:3});
    support.check(strcmp(drawn_title(), 'Si3 O6'), 'no temperature in the title');
    check = @(part, varargin) support.check_error('EUPHONIC:plot_sqw:invalid_argument', part, ...
        @() euphonic.plot_sqw(varargin{:}));
    check('CoherentCrystal', 7, [0 0 0; 1 0 0], 0:10);
    check('energies', model, [0 0 0; 1 0 0], 3);
    check('fwhm', model, [0 0 0; 1 0 0], 0:10, 'fwhm', -1);
end

function map = sum_of_gaussians(energy, w, sf, fwhm)
    sigma = fwhm / sqrt(8 * log(2));
    map = zeros(numel(energy), numel(w{1}));
    for mode = 1:numel(w)
        map = map + sf{mode} .* exp(-(energy - w{mode}).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
    end
end

function check_near(found, expected, tolerance)
    support.check(isequal(size(found), size(expected)), 'a size of %s, found %s', mat2str(size(expected)), ...
        mat2str(size(found)));
    support.check(max(abs(found(:) - expected(:))) <= tolerance * max(1, max(abs(expected(:)))), ...
        'the same numbers, found %g off', max(abs(found(:) - expected(:))));
end

function fig = figure_without_screen(varargin)
    warning('off', 'Octave:gnuplot-graphics');
    if exist('OCTAVE_VERSION', 'builtin') && isempty(available_graphics_toolkits())
        support.skip('no graphics toolkit');
    end
    fig = figure('visible', 'off');
end

function check_picture(fig)
    file = [tempname() '.png'];
    print(fig, '-dpng', file);
    facts = dir(file);
    support.check(isscalar(facts) && facts.bytes > 3000, 'a picture in %s', file);
    delete(file);
end
