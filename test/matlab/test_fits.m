function tests = test_fits()
    %TEST_FITS   What the daemon remembers of points that a fit asks for again and again.
    tests = localfunctions();
end

function [model, plain] = models(varargin)
    options = [{'temperature', 300, 'negative_e', true}, varargin];
    model = euphonic.CoherentCrystal(support.quartz(), options{:}, 'cache_limit', 2^28);
    plain = euphonic.CoherentCrystal(support.quartz(), options{:}, 'cache_limit', 0);
end

function [q, en] = pixels(n)
    [qh, qk, ql] = support.some_q(n);
    q = {qh, qk, ql};
    en = 80 * mod((1:n).' * 0.4142135623731, 1);
end

function n = known_points(varargin)
    facts = euphonic.status();
    n = facts.counters.points_known;
end

function from_the_third_call_on_points_stay_at_home()
    for n = [50 70000]  % by one request, and in chunks
        [model, plain] = models();
        [q, en] = pixels(n);
        before = known_points();
        for k = 1:4
            pars = {[2, 1 + 0.01 * k, 1 + 0.1 * k], 'shape', 'lorentz'};
            weight = model.horace_sqw(q{:}, en, pars{:});
            support.check(isequal(weight, plain.horace_sqw(q{:}, en, pars{:})), 'the same bits in call %d', k);
            support.check(known_points() - before == n * max(0, k - 2), 'points known in call %d', k);
        end
        support.check(model.cache.hits == 0, 'no result that was there already');
    end
end

function what_is_changed_in_between_counts()
    [model, plain] = models();
    [q, en] = pixels(60);
    places = {'None', [0 1 0; 1 0 0; 0 0 1]};
    before = known_points();
    for k = 1:12
        model.conversion_mat = places{1 + mod(k, 2)};
        model.temperature = 100 + k;
        if k > 6
            model.asr = 'reciprocal';
        end
        for name = {'conversion_mat', 'temperature', 'asr'}
            plain.(name{1}) = model.(name{1});
        end
        pars = [1 1 1 + 0.1 * k];
        support.check(isequal(model.horace_sqw(q{:}, en, pars), plain.horace_sqw(q{:}, en, pars)), 'call %d', k);
        en_now = en + (k > 9);
        support.check(isequal(model.horace_sqw(q{:}, en_now, pars), plain.horace_sqw(q{:}, en_now, pars)), ...
            'call %d with other energies', k);
    end
    support.check(known_points() > before, 'some points known');
end

function two_models_take_turns()
    [one, plain_one] = models();
    [two, plain_two] = models('asr', 'realspace');
    [q, en] = pixels(40);
    before = known_points();
    for k = 1:4
        pars = [1 1 1 + 0.1 * k];
        support.check(isequal(one.horace_sqw(q{:}, en, pars), plain_one.horace_sqw(q{:}, en, pars)), 'one');
        support.check(isequal(two.horace_sqw(q{:}, en, pars), plain_two.horace_sqw(q{:}, en, pars)), 'two');
    end
    support.check(known_points() - before == 4 * 40, 'both to be remembered');
end

function a_daemon_that_was_started_again_is_told_again()
    [model, plain] = models();
    [q, en] = pixels(70000);
    for k = 1:3
        weight = model.horace_sqw(q{:}, en, [1 1 k]);
    end
    euphonic.stop();
    support.check(isequal(model.horace_sqw(q{:}, en, [1 1 3.5]), plain.horace_sqw(q{:}, en, [1 1 3.5])), 'the same');
    few = cellfun(@(column) column(1:30), q, 'UniformOutput', false);
    for k = 1:3
        model.horace_sqw(few{:}, en(1:30), [1 1 k]);
    end
    euphonic.stop();
    support.check(isequal(model.horace_sqw(few{:}, en(1:30), [1 1 4]), ...
        plain.horace_sqw(few{:}, en(1:30), [1 1 4])), 'the same of few');
    support.check(numel(weight) == 70000, 'weights');
end

function the_resolution_is_sampled_at_points_that_come_again()
    % Tobyfit: a call for each Monte-Carlo point, and the same ones in every step of a Jacobian
    [model, plain] = models();
    [q, en] = pixels(30);
    before = known_points();
    for k = 1:5
        for point = 1:10
            shifted = cellfun(@(column) column + 0.01 * sin(point * (1:numel(column)).'), q, 'UniformOutput', false);
            pars = [1 1 1 + 0.1 * k];
            support.check(isequal(model.horace_sqw(shifted{:}, en, pars), plain.horace_sqw(shifted{:}, en, pars)), ...
                'the same bits');
        end
    end
    support.check(known_points() - before == 3 * 10 * 30, 'all points known from the third time on');
end

function a_list_keeps_few_results_and_its_name()
    model = models();
    [q, en] = pixels(20);
    for k = 1:30
        model.horace_sqw(q{:}, en, [1 1 k]);
    end
    support.check(model.cache.bytes == 8 * 20 * (4 + 8), 'eight results, found %d bytes', model.cache.bytes);
    before = known_points();
    model.cache_limit = 8 * 20 * 5;
    model.horace_sqw(q{:}, en, [1 1 31]);
    support.check(model.cache.bytes <= 8 * 20 * 5, 'one result');
    support.check(known_points() >= before, 'an answer');
end
