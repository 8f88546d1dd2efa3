function tests = test_horace_patterns()
    %TEST_HORACE_PATTERNS   The ways in which Horace and its fits call a model.
    tests = localfunctions();
end

function a_cut_is_simulated_from_dispersion_and_intensity()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(40);
    fwhm = 2;
    for pars = {{}, 1, [1 1], {1}, {1, 'frequency_scale', 1}, {'intensity_scale', 1}}
        weight = simulate_cut(@model.horace_disp, pars{1}, fwhm, q, en);
        if ~exist('expected', 'var')
            [w, sf] = model.horace_disp(q{:});
            sigma = fwhm / sqrt(8 * log(2));
            expected = zeros(size(en));
            for i = 1:numel(w)
                expected = expected + sf{i}(:) .* exp(-(en - w{i}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
            end
        end
        support.check(max(abs(weight - expected)) < 1e-12 * max(expected), 'the same cut for every form of parameters');
    end
    doubled = simulate_cut(@model.horace_disp, 2, fwhm, q, en);
    support.check(max(abs(doubled - 2 * expected)) < 1e-12 * max(expected), 'a cut of twice the intensity');
end

function a_plot_probes_with_scalars()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    w = model.horace_disp(0, 0, 0);
    support.check(iscell(w) && numel(w) == 27 && all(cellfun(@isscalar, w)), 'frequencies with one output');
    [w, sf] = model.horace_disp(0, 0, 0);
    support.check(numel(w) == numel(sf) && all(cellfun(@isscalar, w)), 'scalars');
end

function a_dispersion_is_drawn_from_one_output()
    % In MATLAB nargout(@model.horace_disp) is -1, and functions that want frequencies alone then ask for one output
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'negative_e', true);
    fun = @(varargin) model.horace_disp(varargin{:});
    support.check(nargout(fun) == -1, 'as in MATLAB, found %d', nargout(fun));
    [q, ~] = pixels(20);
    w = model.horace_disp(q{:});
    for pars = {{}, {1}, {[1 1.1]}, {1, 'frequency_scale', 1.1}}
        [drawn, weights] = dispersion(fun, pars{1}, q);
        factor = 1 + 0.1 * any(cellfun(@(p) any(p == 1.1), pars{1}));
        support.check(isempty(weights) && numel(drawn) == 54, 'no intensities, found %d surfaces', numel(drawn));
        support.check(isequal(drawn, cellfun(@(row) factor * row(:), w, 'UniformOutput', false)), 'all surfaces');
    end
end

function [w, sf] = dispersion(fun, pars, q)
    % Of a function whose number of outputs is not 2, one is asked for: an array or a cell of them is the frequencies
    sf = {};
    if nargout(fun) < 2
        w = fun(q{:}, pars{:});
    else
        [w, sf] = fun(q{:}, pars{:});
    end
    if ~iscell(w)
        w = {w};
    end
    w = cellfun(@(surface) surface(:), w, 'UniformOutput', false);
end

function a_fit_finds_its_factors_again()
    % multifit: the numeric parameters come first and keywords after them; only the factors change between evaluations
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'cache_limit', 2^28);
    [q, en] = pixels(60);
    fwhm = 3;
    measured = simulate_cut(@model.horace_disp, [1.7 1.02], fwhm, q, en);
    p = [1 1];
    for iteration = 1:8
        now_at = simulate_cut(@model.horace_disp, {p}, fwhm, q, en);
        jacobian = zeros(numel(en), 2);
        for k = 1:2
            step = p;
            step(k) = p(k) * (1 + 1e-5);
            jacobian(:, k) = (simulate_cut(@model.horace_disp, {step}, fwhm, q, en) - now_at) / (p(k) * 1e-5);
        end
        p = p + (jacobian \ (measured - now_at)).';
    end
    support.check(max(abs(p - [1.7 1.02])) < 1e-6, 'factors 1.7 and 1.02, found %s', mat2str(p, 6));
    support.check(model.cache.hits == 24, '24 evaluations from the cache, found %d', ...
        model.cache.hits);
end

function keywords_alone_come_with_an_empty_numeric_part()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(10);
    pars = {'frequency_scale', 1.1, 'intensity_scale', 2};
    expected = simulate_cut(@model.horace_disp, [2 1.1], 2, q, en);
    support.check(isequal(simulate_cut(@model.horace_disp, [{[]}, pars], 2, q, en), expected), 'the same');
    support.check(isequal(simulate_cut(@model.horace_disp, pars, 2, q, en), expected), 'the same');
end

function the_resolution_is_sampled_at_random_points()
    % Tobyfit: every Monte-Carlo point is a call of its own, and the same points come again in the steps of a Jacobian
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'cache_limit', 2^28);
    [q, en] = pixels(30);
    for factor = [1 1.00001 1.2]
        weight = zeros(size(en));
        for point = 1:10
            shifted = cellfun(@(column) column + 0.01 * sin(point * (1:numel(column)).'), q, 'UniformOutput', false);
            weight = weight + simulate_cut(@model.horace_disp, {factor}, 2, shifted, en) / 10;
        end
        support.check(all(isfinite(weight)), 'a cut');
    end
    support.check(model.cache.hits == 20, 'only the first pass to be calculated');
end

function a_handle_around_the_model_is_served_too()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(10);
    wrapped = @(qh, qk, ql, varargin) model.horace_disp(qh, qk, ql, varargin{:});
    expected = simulate_cut(@model.horace_disp, 2, 2, q, en);
    support.check(isequal(simulate_cut(wrapped, 2, 2, q, en), expected), 'the same');
end

function [q, en] = pixels(n)
    [qh, qk, ql] = support.some_q(n);
    q = {qh, qk, ql};
    en = 100 * mod((1:n).' * 0.4142135623731, 1);
end

function weight = simulate_cut(fun, pars, fwhm, q, en)
    % As Horace does it: parameters in a cell, spread after the q-points; no intensities from a function of one output;
    % surfaces in cells or arrays, each made a column; a Gaussian for each surface.
    if ~iscell(pars)
        pars = {pars};
    end
    if nargout(fun) == 1
        w = fun(q{:}, pars{:});
        sf = cellfun(@(x) ones(size(x)), w, 'UniformOutput', false);
    else
        [w, sf] = fun(q{:}, pars{:});
    end
    if ~iscell(w)
        [w, sf] = deal({w}, {sf});
    end
    sigma = fwhm / sqrt(8 * log(2));
    weight = zeros(numel(en), 1);
    for i = 1:numel(w)
        weight = weight + sf{i}(:) .* exp(-(en(:) - w{i}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
    end
end
