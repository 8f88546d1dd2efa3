function tests = test_mode_gradients()
    %TEST_MODE_GRADIENTS   Gradients dw/dQ of frequencies.
    tests = localfunctions();
end

function gradients_come_with_modes_and_with_frequencies()
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 0.4 0 -0.2; 1.25 -0.45 2];
    options = {'asr', 'reciprocal', 'return_mode_gradients', true};
    modes = fc.calculate_qpoint_phonon_modes(qpts, options{:});
    support.check(isa(modes, 'euphonic.QpointPhononModes'), 'an object with the modes');
    support.check(isequal(size(modes.mode_gradients), [3 27 3]), '3 x 27 x 3 gradients');
    support.check(isreal(modes.mode_gradients), 'real gradients');
    support.check(isequal(size(modes.eigenvectors), [3 27 9 3]), 'the eigenvectors, too');
    [again, gradients] = fc.calculate_qpoint_phonon_modes(qpts, options{:});
    support.check(isequal(gradients, modes.mode_gradients) && isequal(again.frequencies, modes.frequencies), ...
        'as a second output');
    [alone, gradients] = fc.calculate_qpoint_frequencies(qpts, options{:});
    support.check(isequal(gradients, modes.mode_gradients) && isequal(alone.mode_gradients, gradients), ...
        'with frequencies alone');
    one = fc.calculate_qpoint_phonon_modes(qpts(2, :), options{:});
    support.check(isequal(one.mode_gradients, modes.mode_gradients(2, :, :)), 'of one q-point');
    s = modes.calculate_structure_factor();
    support.check(isequal(size(s.structure_factors), [3 27]), 'the object still gives structure factors');
end

function gradients_are_what_the_frequencies_do_in_small_steps()
    % A polar crystal: the derivative of the dipole term is in it
    fc = support.quartz();
    qpts = [0.1 0.2 0.3; 0.4 0.05 -0.2; 1.25 -0.45 2];
    modes = fc.calculate_qpoint_phonon_modes(qpts, 'return_mode_gradients', true);
    step = 1e-4;  % 1/angstrom
    to_rlu = fc.crystal.cell_vectors.' / (2 * pi);  % rows of Cartesian vectors times this
    compared = 0;
    for c = 1:3
        direction = zeros(1, 3);
        direction(c) = step;
        by = repmat(direction * to_rlu, 3, 1);
        above = fc.calculate_qpoint_frequencies(qpts + by);
        below = fc.calculate_qpoint_frequencies(qpts - by);
        slope = (above.frequencies - below.frequencies) / (2 * step);
        gaps = [Inf(3, 1), diff(modes.frequencies, 1, 2), Inf(3, 1)];
        lone = gaps(:, 1:end - 1) > 0.2 & gaps(:, 2:end) > 0.2;
        off = abs(slope - modes.mode_gradients(:, :, c));
        compared = compared + sum(lone(:));
        support.check(off(lone) < 1e-3, 'component %d, found %g off', c, max(off(lone)));
    end
    support.check(compared > 100, 'enough modes that stand alone, found %d', compared);
end

function gradients_are_only_made_when_asked_for()
    fc = support.quartz();
    [modes, gradients] = fc.calculate_qpoint_phonon_modes([0.1 0.2 0.3]);
    support.check(isempty(modes.mode_gradients) && isempty(gradients), 'none by default');
    result = fc.calculate_qpoint_frequencies([0.1 0.2 0.3], 'return_mode_gradients', false);
    support.check(~isfield(result, 'mode_gradients'), 'no field');
    support.check_error('EUPHONIC:calculate_qpoint_phonon_modes:invalid_argument', 'return_mode_gradients', ...
        @() fc.calculate_qpoint_phonon_modes([0 0 0], 'return_mode_gradients', 'yes'));
    support.check_error('EUPHONIC:calculate_qpoint_phonon_modes:unknown_option', 'return_mode_gradients', ...
        @() fc.calculate_qpoint_phonon_modes([0 0 0], 'return_mode_gradient', true));
end

function gradients_are_finite_at_the_zone_centre()
    fc = support.quartz();
    modes = fc.calculate_qpoint_phonon_modes([0 0 0; 0.1 0 0], 'asr', 'reciprocal', 'return_mode_gradients', true);
    support.check(all(isfinite(modes.mode_gradients(:))), 'finite numbers');
    support.check(all(all(abs(modes.mode_gradients(1, 1:3, :)) < 1e-3)), 'acoustic modes at rest');
end
