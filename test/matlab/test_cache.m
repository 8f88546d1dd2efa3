function tests = test_cache()
    %TEST_CACHE   Results kept for calls with the same q-points.
    tests = localfunctions();
end

function the_same_q_points_are_not_calculated_again()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'negative_e', true, ...
        'cache_limit', 1e6);
    [qh, qk, ql] = support.some_q(200);
    [w, sf] = model.horace_disp(qh, qk, ql);
    jobs = jobs_so_far();
    [w2, sf2] = model.horace_disp(qh, qk, ql, 3, 0.5);
    support.check(jobs_so_far() == jobs, 'no further job');
    support.check(isequal(w2, cellfun(@(x) x * 0.5, w, 'UniformOutput', false)), 'scaled frequencies');
    support.check(isequal(sf2, cellfun(@(x) x * 3, sf, 'UniformOutput', false)), 'scaled intensities');
    support.check(isequal(support.both(model, qh.', qk.', ql.'), {w, sf}), 'the unscaled results again');
    model.lim = 1e-3;
    [~, cut] = model.horace_disp(qh, qk, ql);
    support.check(max([cut{:}]) == 1e-3 && jobs_so_far() == jobs, 'a limit that needs no calculation');
    model.n_threads = 1;
    model.horace_disp(qh, qk, ql);
    support.check(jobs_so_far() == jobs, 'a number of threads that changes nothing');
end

function whatever_changes_the_result_is_calculated()
    fc = support.quartz();
    model = euphonic.CoherentCrystal(fc, 'cache_limit', 1e6);
    state = warning('off', 'EUPHONIC:horace_disp:imaginary_modes');
    back = onCleanup(@() warning(state));
    [qh, qk, ql] = support.some_q(20);
    tensor = repmat(reshape(0.01 * eye(3), [1 3 3]), [9 1 1]);
    changes = {'temperature', 300
               'temperature', 10
               'bose', false
               'negative_e', true
               'asr', 'reciprocal'
               'dipole', false
               'dipole_parameter', 0.75
               'splitting', false
               'conversion_mat', 2 * eye(3)
               'debye_waller', tensor
               'scattering_lengths', struct('Si', 4, 'O', 5)};
    model.horace_disp(qh, qk, ql);
    for i = 1:size(changes, 1)
        jobs = jobs_so_far();
        model.(changes{i, 1}) = changes{i, 2};
        model.horace_disp(qh, qk, ql);
        support.check(jobs_so_far() == jobs + 1, '%s to be a reason to calculate', changes{i, 1});
    end
    jobs = jobs_so_far();
    ql(7) = ql(7) + eps(ql(7));
    model.horace_disp(qh, qk, ql);
    support.check(jobs_so_far() == jobs + 1, 'the last bit of a q-point to be a reason to calculate');
end

function n = jobs_so_far(varargin)
    facts = euphonic.status();
    n = facts.counters.jobs;
end

function the_limit_holds_and_the_oldest_goes_first()
    model = euphonic.CoherentCrystal(support.quartz());
    [qh, qk, ql] = support.some_q(100);
    one = 8 * 100 * (3 + 27 + 27);
    model.cache_limit = 2.5 * one;
    ask = @(shift) model.horace_disp(qh + shift, qk, ql);
    [~] = {ask(0), ask(1), ask(0), ask(2)};  % 1 is the one that was not used for the longest time
    support.check(model.cache.hits == 1 && model.cache.bytes == 2 * one, 'two entries');
    [~] = {ask(0), ask(2)};
    support.check(model.cache.hits == 3, 'the two used last to be kept');
    [~] = ask(1);
    support.check(model.cache.hits == 3, 'the oldest to be gone');
    model.cache_limit = one;
    support.check(model.cache.bytes == one, 'one entry after a lower limit');
    model.clear_cache();
    support.check(model.cache.bytes == 0, 'nothing after clearing');
    model.cache_limit = 0;
    [~] = {ask(0), ask(0)};
    support.check(model.cache.hits == 3 && model.cache.bytes == 0, 'nothing kept with a limit of 0');
end

function an_option_that_comes_back_finds_its_results()
    model = euphonic.CoherentCrystal(support.quartz(), 'negative_e', true, 'cache_limit', 1e7);
    [qh, qk, ql] = support.some_q(30);
    first = cell(1, 2);
    for round = 1:2
        for k = 1:2
            model.temperature = 100 * k;
            results = support.both(model, qh, qk, ql);
            if round == 1
                first{k} = results;
            end
            support.check(isequal(results, first{k}), 'the results of temperature %d', k);
        end
    end
    support.check(model.cache.hits == 2, 'two that were kept, found %d', model.cache.hits);
    for k = 1:1500  % more lists than are kept
        model.horace_disp(k, 0.1, 0.2);
    end
    support.check(isequal(support.both(model, qh, qk, ql), first{2}) && model.cache.hits == 2, 'the oldest to be gone');
end

function the_environment_sets_the_limit()
    old = getenv('EUPHONIC_CACHE_BYTES');
    back = onCleanup(@() setenv('EUPHONIC_CACHE_BYTES', old));
    setenv('EUPHONIC_CACHE_BYTES', '0');
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    support.check(model.cache_limit == 0, 'no cache');
    setenv('EUPHONIC_CACHE_BYTES', '12345');
    model = euphonic.CoherentCrystal(euphonic.ForceConstants());
    support.check(model.cache_limit == 12345, '12345 bytes');
    model = euphonic.CoherentCrystal(euphonic.ForceConstants(), 'cache_limit', 7);
    support.check(model.cache_limit == 7, 'an option that comes before the environment');
end

function a_repeated_evaluation_with_other_factors_takes_what_is_kept()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'cache_limit', 2^30);
    [qh, qk, ql] = support.some_q(1e4);
    [w, sf] = model.horace_disp(qh, qk, ql);
    for i = 1:3
        [w2, sf2] = model.horace_disp(qh, qk, ql, 1 + i, 1.5);
        support.check(isequal(w2{7}, 1.5 * w{7}), 'scaled frequencies');
        support.check(isequal(sf2{7}, (1 + i) * sf{7}), 'scaled intensities');
    end
    support.check(model.cache.hits == 3, 'the cache to be used');
end
