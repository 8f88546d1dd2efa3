function rows = table()
    %TABLE   Every option, once.
    %   ROWS is a struct array with the fields
    %
    %       name        as users give it
    %       default     in the standard form that CHECK gives; or a function that returns it
    %       positional  whether it can be given by position to euphonic.CoherentCrystal; such options come first
    %       sent        key of the daemon's parameters, see PROTOCOL.md; '' for an option that is not sent
    %       takers      cell of those who take it. 'model': euphonic.CoherentCrystal; 'modes': calculations at q-points;
    %                   'debye_waller': calculate_debye_waller; 'interpolator': interpolation_kwargs
    %       check       [VALUE, EXPECTED] = CHECK(VALUE), see euphonic.internal.options.checks
    %
    %   The help of euphonic.CoherentCrystal, its properties and docs/options.md are compared with it by tests.
    persistent known
    if isempty(known)
        known = cell2struct(content(), {'name', 'default', 'positional', 'sent', 'takers', 'check'}, 2);
    end
    rows = known;
end

function rows = content()
    is = euphonic.internal.options.checks();
    grid = @(v) is.integers(v, 3, 1, Inf, 'three integers >= 1 such as [6 6 6]');
    kelvin = @(v) is.number(v, 'K', @(t) t >= 0 && t < Inf, ...
                            'a number >= 0 in kelvin (or a quantity such as 300*euphonic.ureg(''K''))');
    matrix = @(v) is.matrix(v, 'a real 3x3 matrix that has an inverse');
    chunk = @(v) is.integers(v, 1, -Inf, Inf, 'an integer');
    limit = @(v) is.number(v, '', @(x) x > 0, 'a number > 0 in mbarn; Inf or ''None'' for no limit');
    factor = @(v) is.number(v, '', @(x) x > 0 && x < Inf, 'a number > 0');
    threads = @(v) is.integers(v, 1, 1, 4096, 'an integer from 1 to 4096');
    bytes = @(v) is.number(v, '', @(n) n >= 0, 'a number of bytes >= 0 (0: nothing is kept)');
    least = @(v) is.number(v, 'meV', @(w) w > 0 && w < Inf, 'a number > 0 in meV');
    rule = @(v) is.choice(v, {'reciprocal', 'realspace'}, ' (true of older versions is ''reciprocal'')');
    or_none = @(check) @(v) is.none_or(v, check);
    flag = is.flag;
    model = {'model'};
    modes = {'model', 'modes', 'interpolator'};
    everyone = {'model', 'modes', 'debye_waller', 'interpolator'};
    % Those from insert_gamma to threads cannot change a result of a model; existing scripts give them.
    rows = {
            'debye_waller_grid', 'None', true, 'debye_waller_grid', model, or_none(grid)
            'debye_waller', 'None', true, '', model, is.debye_waller
            'temperature', 'None', true, 'temperature', model, or_none(kelvin)
            'bose', true, true, 'bose', model, flag
            'negative_e', false, true, 'negative_e', model, flag
            'conversion_mat', 'None', true, '', model, or_none(matrix)
            'chunk', 'None', true, '', model, or_none(chunk)
            'lim', Inf, true, '', model, @(v) is.none_means(v, Inf, limit)
            'scattering_lengths', 'Sears1992', true, 'scattering_lengths', model, is.scattering_lengths
            'verbose', true, true, '', {'model', 'modes'}, flag
            'asr', 'None', false, 'asr', everyone, or_none(rule)
            'dipole', true, false, 'dipole', everyone, flag
            'dipole_parameter', 1, false, 'dipole_parameter', everyone, @(v) is.none_means(v, 1, factor)
            'splitting', true, false, 'splitting', modes, flag
            'splitting_directions', 'None', false, '', {'model', 'modes'}, is.directions
            'n_threads', 'None', false, 'n_threads', everyone, or_none(threads)
            'cache_limit', @cache_limit, false, '', model, bytes
            'insert_gamma', false, false, '', modes, flag
            'reduce_qpts', true, false, '', modes, flag
            'use_c', 'None', false, '', modes, or_none(flag)
            'useparallel', 'None', false, '', model, or_none(flag)
            'threads', 'None', false, '', model, or_none(threads)
            'weights', 'None', false, '', {'modes'}, or_none(is.numbers)
            'return_mode_gradients', false, false, 'mode_gradients', {'modes'}, flag
            'frequency_min', 0.01, false, 'frequency_min', {'debye_waller'}, least
            'symmetrise', true, false, 'symmetrise', {'debye_waller'}, flag
           };
end

function bytes = cache_limit()
    bytes = str2double(getenv('EUPHONIC_CACHE_BYTES'));
    if ~(bytes >= 0)
        bytes = 2^30;
    end
end
