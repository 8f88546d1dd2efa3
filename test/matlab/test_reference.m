function tests = test_reference()
    %TEST_REFERENCE   Frequencies and intensities of quartz as Horace's users have had them until now (*.mat).
    tests = localfunctions();
end

function all_cases_of_euphonic_are_met()
    folder = support.data_file('quartz_mat');
    files = dir(fullfile(folder, '*.mat'));
    support.check(numel(files) == 35, '35 files');
    fc = euphonic.ForceConstants.from_castep(support.data_file('quartz', 'quartz.castep_bin'));
    worst = [0 0];
    compared = 0;
    for i = 1:numel(files)
        model = model_named(fc, files(i).name);
        deviation = compare(model, load(fullfile(folder, files(i).name)), files(i).name);
        worst = max(worst, deviation);
        compared = compared + 1;
    end
    fprintf('          %d cases: frequencies within %.1e meV, intensities within %.1e relative\n', compared, worst);
    support.check(compared == 35, '35 cases, found %d', compared);
end

function model = model_named(fc, name)
    % Options as they stand in the name, such as quartz_T300_dw666_bosefalse_negative_etrue_conv_mat_det0p5_lim100.mat
    options = {'asr', 'reciprocal'};
    kelvin = regexp(name, '_T(\d+)', 'tokens', 'once');
    if ~isempty(kelvin)
        options = [options, {'temperature', str2double(kelvin{1})}];
    end
    if ~isempty(regexp(name, '_dw666', 'once'))
        options = [options, {'debye_waller_grid', [6 6 6]}];
    end
    if ~isempty(regexp(name, '_bosefalse', 'once'))
        options = [options, {'bose', false}];
    end
    if ~isempty(regexp(name, '_negative_etrue', 'once'))
        options = [options, {'negative_e', true}];
    end
    if ~isempty(regexp(name, '_conv_mat_det0p5', 'once'))
        options = [options, {'conversion_mat', [-1 1 1; 1 -1 1; 1 1 -1] / 2}];
    end
    if ~isempty(regexp(name, '_lim100', 'once'))
        options = [options, {'lim', 100}];
    end
    model = euphonic.CoherentCrystal(fc, options{:});
end

function deviation = compare(model, expected, name)
    q = [0 0 0; 0.1 0.2 0.3; 0.4 0.5 0; 0.6 0 0.7; 0 0.8 0.9; -0.5 0 0; 0 -0.5 0; 0 0 -0.5; 1 -1 -1];
    [w, sf] = model.horace_disp(q(:, 1), q(:, 2), q(:, 3));
    [w, sf] = deal(cell2mat(w.'), cell2mat(sf.'));
    w0 = surfaces_as_rows(expected.expected_w);
    sf0 = surfaces_as_rows(expected.expected_sf);
    support.check(isequal(size(w), size(w0)), '%s: %d surfaces', name, size(w0, 1));
    % acoustic modes at zone centres are compared loosely: there the square root enlarges rounding
    solid = abs(w0) > 0.55;
    off = abs(w - w0);
    support.check(all(off(solid) <= max(6e-4, 1e-5 * abs(w0(solid)))), ...
        '%s: frequencies within 6e-4 meV, found %g', name, max(off(solid)));
    support.check(all(off(~solid) < 0.55), '%s: small frequencies at zone centres', name);
    deviation = [max(off(solid)), 0];
    halves = {1:27, 28:size(w, 1)};
    for h = 1:numel(halves)
        for point = 1:size(w, 2)
            rows = halves{h};
            sums = degenerate_sums(w0(rows, point), [sf0(rows, point), sf(rows, point)]);
            relative = abs(sums(:, 1) - sums(:, 2)) ./ max(sums(:, 1), 1e-4);
            deviation(2) = max([deviation(2); relative]);
            support.check(all(relative < 1e-2) || isempty(relative), ...
                '%s: intensities at q-point %d within 1 %%, found %g', name, point, max(relative));
        end
    end
end

function rows = surfaces_as_rows(stored)
    % Some files have a cell of columns, others a matrix of columns.
    if iscell(stored)
        stored = [stored{:}];
    end
    rows = stored.';
end

function sums = degenerate_sums(w, values)
    % Sums of the columns of VALUES over runs of modes whose neighbouring gaps are at most 0.05 meV; modes below
    % 1 meV are left out.
    kept = abs(w) >= 1;
    w = w(kept);
    values = values(kept, :);
    run_of = cumsum([1; abs(diff(w)) > 0.05]);
    sums = [accumarray(run_of(1:numel(w)), values(:, 1)), accumarray(run_of(1:numel(w)), values(:, 2))];
end
