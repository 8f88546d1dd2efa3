function tests = test_horace_disp()
    %TEST_HORACE_DISP   Shapes, calling forms and options of horace_disp.
    tests = localfunctions();
end

function results_are_cells_of_rows()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    [qh, qk, ql] = support.some_q(5);
    [w, sf] = model.horace_disp(qh, qk, ql);
    check_shape(w, 27, 5);
    check_shape(sf, 27, 5);
    frequencies = cell2mat(w.');
    support.check(all(diff(frequencies) >= 0), 'ascending frequencies at each q-point');
    support.check(all(cellfun(@(s) all(isfinite(s) & s >= 0), sf)), 'finite intensities >= 0');
    model.negative_e = true;
    [w2, sf2] = model.horace_disp(qh, qk, ql);
    check_shape(w2, 54, 5);
    check_shape(sf2, 54, 5);
    support.check(isequal(w2(1:27), w), 'the same frequencies');
    support.check(isequal(w2(28:54), cellfun(@uminus, w, 'UniformOutput', false)), 'the same at -w');
    support.check(isequal(sf2(1:27), sf), 'the same intensities');
end

function check_shape(cells, n, n_points)
    support.check(iscell(cells) && isequal(size(cells), [1 n]), 'a 1x%d cell', n);
    support.check(all(cellfun(@(row) isequal(size(row), [1 n_points]) && isa(row, 'double'), cells)), ...
        'rows of %d', n_points);
end

function q_points_may_be_rows_columns_scalars_and_single()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [qh, qk, ql] = support.some_q(4);
    expected = support.both(model, qh, qk, ql);
    support.check(isequal(support.both(model, qh.', qk.', ql.'), expected), 'the same for rows');
    support.check(isequal(support.both(model, reshape(qh, 2, 2), qk, ql), expected), 'the same for a matrix');
    one = support.both(model, qh(3), qk(3), ql(3));
    for output = 1:2
        third = cellfun(@(row) row(3), expected{output}, 'UniformOutput', false);
        support.check(isequal(one{output}, third), 'the same for one q-point');
    end
    rounded = support.both(model, single(qh), qk, ql);
    support.check(isequal(rounded, support.both(model, double(single(qh)), qk, ql)), 'single made double');
    whole = support.both(model, int32([1 2]), [0 0], [1 1]);
    support.check(isequal(whole, support.both(model, [1 2], [0 0], [1 1])), 'integers made double');
    none = support.both(model, [], [], []);
    check_shape(none{1}, 27, 0);
    check_shape(none{2}, 27, 0);
    zero = support.both(model, 0, 0, 0);
    check_shape(zero{1}, 27, 1);
    support.check(all(isfinite([zero{1}{:}])), 'finite frequencies at the zone centre');
end

function one_output_is_the_frequencies()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'negative_e', true);
    [w, sf] = model.horace_disp(0.1, 0.2, 0.3);
    support.check(isequal(model.horace_disp(0.1, 0.2, 0.3), w), 'w alone');
    both = cell(1, 2);
    [both{:}] = model.horace_disp(0.1, 0.2, 0.3);
    support.check(isequal(both, {w, sf}), 'two outputs in a cell');
end

function scale_factors_come_in_every_form()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [qh, qk, ql] = support.some_q(3);
    [w, sf] = model.horace_disp(qh, qk, ql);
    forms = {{}, 1, 1
             {{}}, 1, 1
             {[]}, 1, 1
             {{[]}}, 1, 1
             {2}, 2, 1
             {[2 3]}, 2, 3
             {[2; 3]}, 2, 3
             {{2}}, 2, 1
             {{2, 3}}, 2, 3
             {{[2 3]}}, 2, 3
             {2, 3}, 2, 3
             {single(2), 3}, 2, 3
             {2, 'frequency_scale', 3}, 2, 3
             {{2, 'frequency_scale', 3}}, 2, 3
             {'intensity_scale', 2}, 2, 1
             {'frequency_scale', 3, 'intensity_scale', 2}, 2, 3
             {'intensity_scale', 2, 'frequency_scale', 3}, 2, 3
             {[], 'frequency_scale', 3}, 1, 3};
    for i = 1:size(forms, 1)
        [w2, sf2] = model.horace_disp(qh, qk, ql, forms{i, 1}{:});
        times = @(factor, cells) cellfun(@(row) row * factor, cells, 'UniformOutput', false);
        support.check(isequal(sf2, times(forms{i, 2}, sf)), 'intensities times %g in form %d', forms{i, 2}, i);
        support.check(isequal(w2, times(forms{i, 3}, w)), 'frequencies times %g in form %d', forms{i, 3}, i);
    end
end

function wrong_scale_factors_are_refused()
    model = euphonic.CoherentCrystal(support.quartz());
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:horace_disp:' reason], part, ...
        @() model.horace_disp(0, 0, 1, varargin{:}));
    check('invalid_argument', '3 numbers', 1, 2, 3);
    check('invalid_argument', '3 numbers', [1 2 3]);
    check('repeated_option', 'intensity_scale', 2, 'intensity_scale', 2);
    check('repeated_option', 'given twice', 'intensity_scale', 2, 'intensity_scale', 2);
    check('unknown_option', '''intensity_scale''', 'intensity_scal', 2);
    check('missing_value', 'frequency_scale', 'frequency_scale');
    check('invalid_argument', 'frequency_scale', 'frequency_scale', [1 2]);
    check('invalid_argument', 'finite', NaN);
    check('invalid_argument', 'struct', struct());
    check('invalid_argument', 'class double', 1, 'frequency_scale', 2, 3);
end

function the_limit_cuts_after_scaling()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [qh, qk, ql] = support.some_q(20);
    [~, sf] = model.horace_disp(qh, qk, ql, 3);
    values = sort([sf{:}]);
    model.lim = values(end - 10);
    [~, cut] = model.horace_disp(qh, qk, ql, 3);
    support.check(isequal([cut{:}], min([sf{:}], model.lim)), 'intensities of at most the limit');
end

function a_conversion_matrix_acts_on_the_row()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    matrix = [1 1 0; -1 1 0.5; 0 0 2];
    [qh, qk, ql] = support.some_q(6);
    q = [qh qk ql] * matrix;
    expected = support.both(model, q(:, 1), q(:, 2), q(:, 3));
    converting = euphonic.CoherentCrystal(fc, 'temperature', 300, 'conversion_mat', matrix);
    support.check(isequal(support.both(converting, qh, qk, ql), expected), 'the q-points times the matrix');
end

function the_bose_factor_obeys_detailed_balance()
    kelvin_in_mev = 0.08617333262;
    temperature = 50;
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', temperature, 'negative_e', true);
    [qh, qk, ql] = support.some_q(10);
    [w, sf] = model.horace_disp(qh, qk, ql);
    w = cell2mat(w(1:27).');
    creation = cell2mat(sf(1:27).');
    annihilation = cell2mat(sf(28:54).');
    clear_cut = w > 1;
    expected = creation .* exp(-w / (kelvin_in_mev * temperature));
    support.check(max(abs(annihilation(clear_cut) - expected(clear_cut)) ./ creation(clear_cut)) < 1e-8, ...
        'S(-w) = exp(-w/kT) S(w)');
    model.bose = false;
    [~, plain] = model.horace_disp(qh, qk, ql);
    plain = cell2mat(plain(1:27).');
    bose = 1 ./ (exp(w / (kelvin_in_mev * temperature)) - 1);
    expected = plain .* (1 + bose);
    support.check(max(abs(creation(clear_cut) - expected(clear_cut)) ./ expected(clear_cut)) < 1e-8, '1 + n');
    model.temperature = 'None';
    model.negative_e = false;
    [~, none] = model.horace_disp(qh, qk, ql);
    none = cell2mat(none.');
    support.check(isequal(none(clear_cut), plain(clear_cut)), 'no thermal factor without a temperature');
end

function without_a_temperature_a_grid_means_nothing()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(4);
    plain = euphonic.CoherentCrystal(fc);
    with_grid = euphonic.CoherentCrystal(fc, [6 6 6]);
    support.check(isequal(support.both(plain, qh, qk, ql), support.both(with_grid, qh, qk, ql)), 'the same');
end

function a_debye_waller_tensor_can_be_given()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(4);
    model = euphonic.CoherentCrystal(fc, 'temperature', 10, 'bose', false);
    [~, plain] = model.horace_disp(qh, qk, ql);
    tensor = repmat(reshape(0.01 * eye(3), [1 3 3]), [9 1 1]);  % the same for all atoms: a common factor exp(-2W)
    model.debye_waller = tensor;
    [~, damped] = model.horace_disp(qh, qk, ql);
    cartesian = 2 * pi * [qh qk ql] / fc.crystal.cell_vectors.';
    factor = exp(-2 * 0.01 * sum(cartesian.^2, 2)).';
    for mode = 1:27
        support.check(abs(damped{mode} - plain{mode} .* factor) <= 1e-10 * max(plain{mode}), 'mode %d damped', mode);
    end
    model.debye_waller = tensor(1:8, :, :);
    support.check_error('EUPHONIC:horace_disp:size_mismatch', '8 atoms', @() model.horace_disp(qh, qk, ql));
    support.check_error('EUPHONIC:CoherentCrystal:size_mismatch', '8 atoms', ...
        @() euphonic.CoherentCrystal(fc, 'debye_waller', tensor(1:8, :, :)));
end

function scattering_lengths_of_a_struct_are_used()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(4);
    model = euphonic.CoherentCrystal(fc);
    [~, sears] = model.horace_disp(qh, qk, ql);
    model.scattering_lengths = struct('Si', 4.1491, 'O', 5.803);
    [~, given] = model.horace_disp(qh, qk, ql);
    support.check(isequal(sears, given), 'Sears 1992: Si 4.1491 fm, O 5.803 fm');
    model.scattering_lengths = struct('Si', 4.1491i, 'O', 5.803i);
    [~, rotated] = model.horace_disp(qh, qk, ql);
    support.check(max(abs([rotated{:}] - [sears{:}])) < 1e-10 * max([sears{:}]), 'no effect of a common phase');
end

function scattering_lengths_come_in_every_form()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(4);
    model = euphonic.CoherentCrystal(fc, 'scattering_lengths', struct('Si', 4.106, 'O', 5.84));
    [~, expected] = model.horace_disp(qh, qk, ql);
    plain = euphonic.CoherentCrystal(fc);
    [~, sears] = plain.horace_disp(qh, qk, ql);
    support.check(~isequal(expected, sears), 'other lengths, other intensities');
    is_si = strcmp(fc.atom_type, 'Si');
    by_atom = 5.84 + (4.106 - 5.84) * is_si(:).';
    names = repmat({'18O'}, 1, numel(is_si));
    names(is_si) = {4.106};
    file = [tempname() '.json'];
    remove = onCleanup(@() delete(file)); %#ok<NASGU>
    forms = {by_atom, complex(by_atom), num2cell(by_atom), names, struct('Si', 4.106, 'O', '18O'), ...
             struct('Si', 'Si28', 'O', '18O', 'default', 'BlueBook'), file};
    write(file, '{"Si": 4.106, "O": [5.84, 0]}');
    for i = 1:numel(forms)
        model.scattering_lengths = forms{i};
        [~, found] = model.horace_disp(qh, qk, ql);
        support.check(isequal(found, expected), 'form %d', i);
    end
    write(file, '{"physical_properties": {"coherent_scattering_length": {"__units__": "nm", "Si": 4.106e-6, "O": 5.84e-6}}}');
    model.scattering_lengths = file;
    [~, found] = model.horace_disp(qh, qk, ql);
    support.check(max(abs([found{:}] - [expected{:}])) < 1e-12 * max([expected{:}]), 'a collection');
    write(file, '{"62Ni": "28Si", "Si": "28Si", "O": 5.84}');
    model.scattering_lengths = file;
    support.check(strcmp(model.scattering_lengths.Ni62, '28Si'), 'names that start with a digit');
    write(file, '{');
    support.check_error('EUPHONIC:scattering_lengths:file_damaged', 'not JSON', ...
        @() euphonic.CoherentCrystal(fc, 'scattering_lengths', file));
    model.scattering_lengths = by_atom(1:3);
    support.check_error('EUPHONIC:horace_disp:invalid_argument', '3 scattering lengths', ...
        @() model.horace_disp(qh, qk, ql));
    model.scattering_lengths = 'BlueBook';
    [~, found] = model.horace_disp(qh, qk, ql);
    support.check(~isequal(found, sears), 'the Blue Book');
end

function write(file, text)
    id = fopen(file, 'w');
    fprintf(id, '%s', text);
    fclose(id);
end

function options_without_effect_have_none()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(4);
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    expected = support.both(model, qh, qk, ql);
    same = {'chunk', 2, 'insert_gamma', true, 'reduce_qpts', false, 'use_c', false, 'useparallel', true, ...
            'threads', 7, 'n_threads', 1, 'verbose', false};
    model = euphonic.CoherentCrystal(fc, 'temperature', 300, same{:});
    support.check(isequal(support.both(model, qh, qk, ql), expected), 'the same bits');
end

function horace_takes_the_method_as_a_function()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    fun = @model.horace_disp;
    support.check(nargout(fun) ~= 1, 'a function that Horace does not take for one without intensities');
    [w, sf] = fun([0; 0.1], [0; 0.2], [1; 0.3], 2);
    [w2, sf2] = model.horace_disp([0; 0.1], [0; 0.2], [1; 0.3], 2);
    support.check(isequal({w, sf}, {w2, sf2}), 'the same');
    model.temperature = 10;
    [~, sf3] = fun([0; 0.1], [0; 0.2], [1; 0.3], 2);
    support.check(~isequal(sf, sf3), 'a function that follows its model');
end

function lo_to_directions_do_not_depend_on_the_chunks()
    % Zone centres far apart in a long list, each with its own direction of approach
    model = euphonic.CoherentCrystal(support.quartz());
    n = 30000;
    [qh, qk, ql] = support.some_q(n);
    centres = 1:997:n;
    [qh(centres), qk(centres), ql(centres)] = deal(1, 0, -1);
    [w, sf] = model.horace_disp(qh, qk, ql);
    for i = centres(2:7)
        [w1, sf1] = model.horace_disp(qh(i:i + 1), qk(i:i + 1), ql(i:i + 1));
        support.check(isequal(cellfun(@(row) row(i), w), cellfun(@(row) row(1), w1)), 'frequencies of point %d', i);
        support.check(isequal(cellfun(@(row) row(i), sf), cellfun(@(row) row(1), sf1)), 'intensities of point %d', i);
    end
end
