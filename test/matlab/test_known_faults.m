function tests = test_known_faults()
    %TEST_KNOWN_FAULTS   Where the package that this one replaces fails; the others are in test/client/knownFaults.test.ts.
    tests = localfunctions();
end

function a_single_q_point_is_what_it_is_in_a_list()
    model = euphonic.CoherentCrystal(support.quartz(), 'asr', 'reciprocal', 'temperature', 300, 'chunk', 2);
    q = [0.1 0.2 0.3; 0.4 0.5 0; 0.6 0 0.7; 0 0.8 0.9; 1.1 -1 2];
    [w, s] = model.horace_disp(q(:, 1), q(:, 2), q(:, 3));
    [w, s] = deal(cell2mat(w.'), cell2mat(s.'));
    for i = [1, 5]
        [w1, s1] = model.horace_disp(q(i, 1), q(i, 2), q(i, 3));
        support.check(isequal(cell2mat(w1.'), w(:, i)) && isequal(cell2mat(s1.'), s(:, i)), 'q-point %d alone', i);
    end
end

function the_third_component_counts()
    % against plain differences between components: a wrapper that passes qk twice has no such difference
    model = euphonic.CoherentCrystal(support.quartz());
    [w1, ~] = model.horace_disp(0.1, 0.2, 0.3);
    [w2, ~] = model.horace_disp(0.1, 0.2, 0.2);
    support.check(~isequal(w1, w2), 'ql is no qk');
    modes = model.force_constants.calculate_qpoint_frequencies([0.1 0.2 0.3; 0.1 0.2 0.2]);
    support.check(max(max(abs([cell2mat(w1); cell2mat(w2)] - modes.frequencies))) < 1e-9, 'as the frequencies alone are');
    for scales = {{2}, {[2 1]}, {{2}}, {2, 1}, {[], 'frequency_scale', 1}}
        [w3, ~] = model.horace_disp(0.1, 0.2, 0.3, scales{1}{:});
        support.check(isequal(w3, w1), 'in every form of the scale factors');
    end
end

function a_temperature_set_later_is_as_one_set_at_first()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(3);
    model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'debye_waller_grid', [4 4 4]);
    [~, warm] = model.horace_disp(qh, qk, ql);
    model.temperature = 10;
    [~, cold] = model.horace_disp(qh, qk, ql);
    first = euphonic.CoherentCrystal(fc, 'temperature', 10, 'debye_waller_grid', [4 4 4]);
    [~, expected] = first.horace_disp(qh, qk, ql);
    support.check(isequal(cold, expected) && ~isequal(cold, warm), 'tensors and occupation of 10 K');
end

function a_zone_centre_gives_no_nan()
    for rule = {'None', 'reciprocal', 'realspace'}
        for kelvin = {'None', 0, 300}
            model = euphonic.CoherentCrystal(support.quartz(), 'asr', rule{1}, 'temperature', kelvin{1}, ...
                'negative_e', true, 'verbose', false);
            [w, s] = model.horace_disp([0 1 0], [0 0 0], [0 0 0]);
            numbers = cell2mat([w(:); s(:)]);
            support.check(all(isfinite(numbers(:))), 'finite');
        end
    end
end
