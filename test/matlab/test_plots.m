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
