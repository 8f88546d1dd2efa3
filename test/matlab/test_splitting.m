function tests = test_splitting()
    %TEST_SPLITTING   LO-TO directions that are given, averaged, or made by doubling zone centres.
    tests = localfunctions();
end

function fc = salt()
    file = fullfile(fileparts(mfilename('fullpath')), '..', 'golden', 'crystals', 'charged.json');
    fc = euphonic.ForceConstants.from_json_file(file);
end

function directions_that_are_given_count()
    fc = salt();
    along = @(d, varargin) highest(fc, [0 0 0], 'splitting_directions', d, varargin{:});
    support.check(abs(along([1 0 0]) - highest(fc, [1e-7 0 0])) < 1e-4, 'the limit along a*');
    support.check(abs(along([1 0 0]) - along([0 1 0])) > 0.1, 'another direction, another limit');
    support.check(abs(along([2 0 0]) - along([-1 0 0])) < 1e-9, 'length and sign do not count');
    support.check(along([NaN NaN NaN]) == highest(fc, [0 0 0]), 'NaN: from the list');
    support.check(along([1 0 0], 'splitting', false) == highest(fc, [0 0 0]), 'not without splitting');
    q = [0 0 0; 0.5 0 0; 1 0 0];
    w = fc.calculate_qpoint_frequencies(q, 'splitting_directions', [0 1 0; NaN NaN NaN; 1 0 0]);
    w = w.frequencies(:, end);
    support.check(w(1) == along([0 1 0]) && w(3) == along([1 0 0]), 'a row for each q-point');
    support.check_error('EUPHONIC:calculate_qpoint_frequencies:size_mismatch', '2 splitting_directions', ...
        @() fc.calculate_qpoint_frequencies(q, 'splitting_directions', eye(2, 3)));
    support.check_error('EUPHONIC:calculate_qpoint_frequencies:invalid_argument', 'average', ...
        @() fc.calculate_qpoint_frequencies(q, 'splitting_directions', 'average'));
    support.check_error('EUPHONIC:calculate_qpoint_frequencies:invalid_argument', 'none of them zero', ...
        @() fc.calculate_qpoint_frequencies(q, 'splitting_directions', [0 0 0]));
end

function horace_takes_them_in_its_own_lattice()
    fc = salt();
    model = euphonic.CoherentCrystal(fc, 'splitting_directions', [1 0 0]);
    [w, ~] = model.horace_disp(0, 0, 0);
    support.check(w{end} == highest(fc, [0 0 0], 'splitting_directions', [1 0 0]), 'as modes have it');
    model.conversion_mat = [0 1 0; 1 0 0; 0 0 1];
    model.splitting_directions = [0 1 0];
    [converted, ~] = model.horace_disp(0, 0, 0);
    support.check(abs(w{end} - converted{end}) < 1e-10, 'the conversion matrix turns directions too');
    model.splitting_directions = 'average';
    support.check_error('EUPHONIC:horace_disp:invalid_argument', 'horace_sqw', @() model.horace_disp(0, 0, 0));
end

function an_average_is_the_mean_over_directions()
    fc = salt();
    model = euphonic.CoherentCrystal(fc, 'temperature', 100, 'splitting_directions', 'average');
    q = [1 1 0; 0.3 0.2 0.1; 1 1 0];
    energy = [highest(fc, [0 0 0], 'splitting_directions', [0 0 1]); 40; 60];
    found = model.horace_sqw(q(:, 1), q(:, 2), q(:, 3), energy, [1 1 4]);
    % directions that are spread otherwise: a grid in angles, weighted
    [theta, phi] = ndgrid((0.5:30) / 30 * pi / 2, (0.5:60) / 60 * 2 * pi);
    unit = [sin(theta(:)) .* cos(phi(:)), sin(theta(:)) .* sin(phi(:)), cos(theta(:))];
    directions = unit * fc.crystal.cell_vectors.';
    n = size(unit, 1);
    for point = [1 3]
        model.splitting_directions = directions;
        one = repmat(q(point, :), n, 1);
        s = model.horace_sqw(one(:, 1), one(:, 2), one(:, 3), repmat(energy(point), n, 1), [1 1 4]);
        expected = sum(s .* sin(theta(:))) / sum(sin(theta(:)));
        support.check(abs(found(point) - expected) < 1e-2 * expected, 'mean %g, expected %g', found(point), expected);
    end
    model.splitting_directions = 'None';
    plain = model.horace_sqw(q(2, 1), q(2, 2), q(2, 3), energy(2), [1 1 4]);
    support.check(abs(found(2) - plain) < 1e-12 * plain, 'other points are left alone');
end

function zone_centres_are_doubled_as_euphonic_does()
    % what Euphonic 2.1.1 makes of these lists
    fc = salt();
    centre = [0 0 0];
    modes = fc.calculate_qpoint_phonon_modes([0.1 0 0; centre; 0 0.1 0.1], 'insert_gamma', true);
    support.check(isequal(modes.qpts, [0.1 0 0; centre; centre; 0 0.1 0.1]), 'doubled');
    support.check(isequal(modes.weights, ones(4, 1) / 4), 'equal weights');
    along = @(d) highest(fc, centre, 'splitting_directions', d);
    support.check(isequal(modes.frequencies(2:3, end), [along([0.1 0 0]); along([0 0.1 0.1])]), 'each side its direction');
    s = fc.calculate_qpoint_frequencies([0.1 0 0; centre; 0 0.1 0.1; 1 0 0; 0.2 0.2 0], 'insert_gamma', true, ...
        'weights', 1:5);
    support.check(isequal(s.weights.', [1 1 1 3 2 2 5]), 'halved weights');
    same = {[centre; 0.1 0 0], [0.1 0 0; centre], centre};
    for i = 1:numel(same)
        s = fc.calculate_qpoint_frequencies(same{i}, 'insert_gamma', true);
        support.check(isequal(s.qpts, same{i}), 'ends are left alone');
    end
    for off = {'splitting', 'dipole'}
        s = fc.calculate_qpoint_frequencies([0.1 0 0; centre; 0 0.1 0.1], 'insert_gamma', true, off{1}, false);
        support.check(size(s.qpts, 1) == 3 && all(s.weights == 1 / 3), 'not without %s', off{1});
    end
end

function w = highest(fc, q, varargin)
    s = fc.calculate_qpoint_frequencies(q, varargin{:});
    w = s.frequencies(end, end);
end
