function tests = test_horace_sqw()
    %TEST_HORACE_SQW   Broadened intensities, against those of single modes broadened here.
    tests = localfunctions();
end

function gaussians_and_lorentzians_are_those_of_the_modes()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'negative_e', true);
    [q, en] = pixels(50);
    [w, sf] = model.horace_disp(q{:});
    for frequency_scale = [1 1.1]
        gauss = zeros(size(en));
        lorentz = zeros(size(en));
        fwhm = 1.5 + 0.02 * en + 1e-4 * en.^2;
        for i = 1:numel(w)
            off = en - frequency_scale * w{i}(:);
            sigma = fwhm / sqrt(8 * log(2));
            gauss = gauss + sf{i}(:) .* exp(-off.^2 ./ (2 * sigma.^2)) ./ (sigma * sqrt(2 * pi));
            lorentz = lorentz + sf{i}(:) .* (fwhm / 2) ./ (off.^2 + fwhm.^2 / 4) / pi;
        end
        pars = [3, frequency_scale, 1.5, 0.02, 1e-4];
        near(model.horace_sqw(q{:}, en, pars), 3 * gauss);
        near(model.horace_sqw(q{:}, en, pars, 'shape', 'lorentz'), 3 * lorentz);
    end
end

function damped_oscillators_obey_their_formula()
    % (1 + n(E))/pi sum 2 w S0 g E / ((E^2 - w^2)^2 + g^2 E^2), S0 without a Bose factor
    temperature = 200;
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', temperature, 'negative_e', true, 'bose', false);
    [q, en] = pixels(50);
    [w, s0] = model.horace_disp(q{:});
    g = 2.5;
    expected = zeros(size(en));
    for i = 1:27
        wi = w{i}(:);
        expected = expected + 2 * wi .* s0{i}(:) * g .* en ./ ((en.^2 - wi.^2).^2 + (g * en).^2) / pi;
    end
    near(model.horace_sqw(q{:}, en, [1 1 g], 'shape', 'dho'), abs(expected));
    model.bose = true;
    bose = 1 ./ (1 - exp(-en / (0.08617333262 * temperature)));
    near(model.horace_sqw(q{:}, en, [1 1 g], 'shape', 'dho'), expected .* bose);
end

function without_negative_e_nothing_is_absorbed()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(10);
    [w, sf] = model.horace_disp(q{:});
    sigma = 2 / sqrt(8 * log(2));
    expected = zeros(size(en));
    for i = 1:numel(w)
        expected = expected + sf{i}(:) .* exp(-(en - w{i}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
    end
    near(model.horace_sqw(q{:}, en, [1 1 2]), expected);
end

function near(found, expected)
    off = max(abs(found - expected)) / max(abs(expected));
    support.check(off < 1e-7, 'the same intensities, found %g off', off);
end

function arguments_spread_as_for_horace_disp()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(6);
    expected = model.horace_sqw(q{:}, en, [2 1.5 3 0.1]);
    forms = {{2, 1.5, 3, 0.1}
             {{2, 1.5, [3 0.1]}}
             {[2; 1.5; 3; 0.1]}
             {[2 1.5], 'width', [3 0.1]}
             {2, 'width', [3 0.1], 'frequency_scale', 1.5}
             {[], 'width', [3 0.1], 'frequency_scale', 1.5, 'scale', 2}
             {'width', [3 0.1], 'frequency_scale', 1.5, 'intensity_scale', 2}
             {[2 1.5 3 0.1], 'shape', 'gauss'}};
    for i = 1:numel(forms)
        support.check(isequal(model.horace_sqw(q{:}, en, forms{i}{:}), expected), 'the same in form %d', i);
    end
end

function the_weight_is_shaped_like_qh()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300);
    [q, en] = pixels(6);
    column = model.horace_sqw(q{:}, en, [1 1 2]);
    support.check(isequal(size(column), [6 1]), 'a column');
    row = model.horace_sqw(q{1}.', q{2}.', q{3}.', en.', [1 1 2]);
    support.check(isequal(row, column.'), 'a row');
    matrix = model.horace_sqw(reshape(q{1}, 2, 3), q{2}, q{3}, en, [1 1 2]);
    support.check(isequal(matrix, reshape(column, 2, 3)), 'a matrix');
    support.check(isequal(model.horace_sqw(q{1}(2), q{2}(2), q{3}(2), en(2), [1 1 2]), column(2)), 'a scalar');
    one_energy = model.horace_sqw(q{:}, 20, [1 1 2]);
    support.check(isequal(one_energy, model.horace_sqw(q{:}, 20 * ones(6, 1), [1 1 2])), 'one energy for all');
    support.check(isempty(model.horace_sqw([], [], [], [], [1 1 2])), 'nothing for no pixels');
end

function wrong_arguments_are_refused()
    model = euphonic.CoherentCrystal(support.quartz());
    check = @(reason, part, varargin) support.check_error(['EUPHONIC:horace_sqw:' reason], part, ...
        @() model.horace_sqw(varargin{:}));
    check('invalid_argument', 'found 3', 0, 0, 1);
    check('size_mismatch', '3 energies en for 2 q-points', [0 0], [0 0], [1 1], [1 2 3], [1 1 1]);
    check('invalid_energy', 'en(2)', [0 0], [0 0], [1 1], [1 NaN], [1 1 1]);
    check('invalid_q', 'ql(1)', 0, 0, Inf, 1, [1 1 1]);
    check('missing_width', '', 0, 0, 1, 1);
    check('missing_width', '', 0, 0, 1, 1, [1 1]);
    check('invalid_argument', 'shape', 0, 0, 1, 1, [1 1 1], 'shape', 'voigt');
    check('unknown_option', '''shape''', 0, 0, 1, 1, [1 1 1], 'shap', 'gauss');
    check('repeated_option', 'width', 0, 0, 1, 1, [1 1 1], 'width', 1);
    check('invalid_argument', 'frequency_scale', 0, 0, 1, 1, [1 0 1]);
    check('invalid_argument', 'width', 0, 0, 1, 1, [1 1 NaN]);
end

function only_a_new_scale_costs_nothing()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'cache_limit', 1e6);
    [q, en] = pixels(20);
    first = model.horace_sqw(q{:}, en, [1 1 2]);
    support.check(isequal(model.horace_sqw(q{:}, en, [3 1 2]), 3 * first), 'three times as much');
    support.check(model.cache.hits == 1, 'the result that was kept');
    model.horace_sqw(q{:}, en, [3 1.1 2]);
    model.horace_sqw(q{:}, en, [3 1 2.1]);
    model.horace_sqw(q{:}, en + 1, [3 1 2]);
    model.horace_sqw(q{:}, en, [3 1 2], 'shape', 'dho');
    support.check(model.cache.hits == 1, 'everything else to be calculated');
end

function many_pixels_take_less_than_broadening_in_the_interpreter()
    model = euphonic.CoherentCrystal(support.quartz(), 'temperature', 300, 'negative_e', true, 'verbose', false);
    n = 2e5;
    [qh, qk, ql] = support.some_q(n);
    en = 100 * mod((1:n).' * 0.4142135623731, 1);
    began = tic();
    weight = model.horace_sqw(qh, qk, ql, en, [1 1 2]);
    seconds = toc(began);
    facts = euphonic.status();
    beyond = seconds - facts.last_job.kernel_seconds;
    began = tic();
    [w, sf] = model.horace_disp(qh, qk, ql);
    sigma = 2 / sqrt(8 * log(2));
    expected = zeros(n, 1);
    for i = 1:numel(w)
        expected = expected + sf{i}(:) .* exp(-(en - w{i}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
    end
    seconds_disp = toc(began);
    facts = euphonic.status();
    beyond_disp = seconds_disp - facts.last_job.kernel_seconds;
    fprintf(['          %d pixels, 54 surfaces: horace_sqw %.2f s, %.3f s beyond the kernel; horace_disp and ' ...
             'broadening here %.2f s, %.2f s beyond: ratio %.3f\n'], n, seconds, beyond, seconds_disp, beyond_disp, ...
        beyond / beyond_disp);
    near(weight, expected);
end

function [q, en] = pixels(n)
    [qh, qk, ql] = support.some_q(n);
    q = {qh, qk, ql};
    en = 160 * mod((1:n).' * 0.4142135623731, 1) - 20;
end

function lim_limits_each_mode()
    model = euphonic.CoherentCrystal(support.quartz(), 'asr', 'reciprocal');
    en = 0:0.5:20;
    bragg = {1 + 0 * en, 0 * en, 0 * en};
    support.check(max(model.horace_sqw(bragg{:}, en, [1 1 1.5])) > 1e3, 'no limit');
    model.lim = 2;
    weight = model.horace_sqw(bragg{:}, en, [1 1 1.5]);
    [w, sf] = model.horace_disp(1, 0, 0);
    expected = zeros(size(en));
    for mode = 1:numel(w)
        expected = expected + sf{mode} * sqrt(4 * log(2) / pi) / 1.5 * exp(-4 * log(2) * ((en - w{mode}) / 1.5).^2);
    end
    support.check(max(sf{1}) == 2 && max(abs(weight - expected)) < 1e-9 * max(expected), 'each mode limited');
    support.check(isequal(model.horace_sqw(bragg{:}, en, [3 1 1.5]), 3 * weight), 'the limit before the scale');
end

function a_width_that_is_not_positive_is_warned_of_once_unless_a_fit_gives_it()
    fc = support.quartz();
    [qh, qk, ql] = support.some_q(5);
    en = 10 * (1:5).';
    % a user's
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    support.check(warned(@() model.horace_sqw(qh, qk, ql, en, [1 1 -1.5])), 'a warning of a negative width');
    support.check(~warned(@() model.horace_sqw(2 * qh, qk, ql, en, [1 1 -1.5])), 'one warning');
    % a user's who gives a sensible one first
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    support.check(~warned(@() model.horace_sqw(qh, qk, ql, en, [1 1 1.5])), 'no warning of a positive width');
    support.check(warned(@() model.horace_sqw(2 * qh, qk, ql, en, [1 1 0])), 'a warning of zero elsewhere');
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    support.check(warned(@() model.horace_sqw(qh, qk, ql, en, 1, 'width', -1)), 'a warning of one with a name');
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    support.check(warned(@() model.horace_sqw(qh, qk, ql, en, [1 1 1 -0.03])), 'a warning of a polynomial');
    % a fit's: the same points with a width that passes through zero
    model = euphonic.CoherentCrystal(fc, 'temperature', 300);
    for width = [0.5 0.1 -0.2 0 0.3]
        support.check(~warned(@() model.horace_sqw(qh, qk, ql, en, [1 1 width])), 'no warning at %g', width);
    end
end

function yes = warned(action)
    lastwarn('', '');
    action();
    [~, id] = lastwarn();
    yes = strcmp(id, 'EUPHONIC:horace_sqw:width');
end
