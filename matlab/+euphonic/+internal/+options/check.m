function value = check(caller, name, value)
    %CHECK   An option of a calculation in its standard form.
    %   That is: a plain number in K, fm or angstrom, a logical, a name, or 'None'.
    %   Raises EUPHONIC:CALLER:invalid_argument.
    wanted = '';
    value = euphonic.internal.options.as_char(value);
    switch name
        case 'frequency_min'
            [value, good] = none_or_number(value, 'meV', @(w) w > 0 && isfinite(w));
            if ~good || ischar(value)
                wanted = 'a number > 0 in meV';
            end
        case {'symmetrise', 'bose', 'negative_e', 'verbose', 'dipole', 'splitting', 'insert_gamma', 'reduce_qpts', ...
              'return_mode_gradients'}
            if is_flag(value)
                value = logical(value);
            else
                wanted = 'true or false';
            end
        case 'temperature'
            [value, good] = none_or_number(value, 'K', @(t) t >= 0 && isfinite(t));
            if ~good
                wanted = '''None'' or a number >= 0 in kelvin (or a quantity such as 300*euphonic.ureg(''K''))';
            end
        case 'debye_waller_grid'
            [value, good] = none_or_counts(value, 3);
            if ~good
                wanted = '''None'' or three integers >= 1 such as [6 6 6]';
            end
        case 'debye_waller'
            [value, good] = debye_waller(value);
            if ~good
                wanted = '''None'', a real n_atoms x 3 x 3 array in angstrom^2, or what calculate_debye_waller returns';
            end
        case 'conversion_mat'
            [value, good] = none_or_matrix(value);
            if ~good
                wanted = '''None'' or a real 3x3 matrix';
            end
        case 'splitting_directions'
            [value, good] = splitting_directions(value);
            if ~good
                wanted = '''None'' (from the list), ''average'', or real rows of three numbers, none of them zero';
            end
        case 'lim'
            [value, good] = none_or_number(value, '', @(x) x > 0);
            if ~good
                wanted = 'a number > 0 in mbarn, Inf or ''None'' for no limit';
            elseif ischar(value)
                value = Inf;
            end
        case 'cache_limit'
            if ~isnumeric(value) || ~isscalar(value) || ~isreal(value) || ~(value >= 0)
                wanted = 'a number of bytes >= 0 (0: nothing is kept)';
            end
        case {'chunk', 'n_threads', 'threads'}
            [value, good] = none_or_counts(value, 1);
            if ~good || (isnumeric(value) && ~strcmp(name, 'chunk') && value > 4096)
                wanted = '''None'' or an integer >= 1 (of threads: up to 4096)';
            end
        case 'dipole_parameter'
            [value, good] = none_or_number(value, '', @(x) x > 0 && isfinite(x));
            if ~good
                wanted = 'a number > 0';
            elseif ischar(value)
                value = 1;
            end
        case 'asr'
            [value, wanted] = sum_rule(value);
        case 'scattering_lengths'
            [value, wanted] = scattering_lengths(value);
        case {'use_c', 'useparallel'}
            if euphonic.internal.options.is_none(value)
                value = 'None';
            elseif is_flag(value)
                value = logical(value);
            else
                wanted = 'true, false or ''None''';
            end
    end
    if ~isempty(wanted)
        euphonic.internal.fail(caller, 'invalid_argument', 'Option ''%s'' is %s; expected %s.', ...
            name, euphonic.internal.shown(value), wanted);
    end
end

function yes = is_flag(value)
    yes = (islogical(value) || isnumeric(value)) && isscalar(value) && any(value == [0 1]);
end

function [value, good] = none_or_number(value, unit, accept)
    if euphonic.internal.options.is_none(value)
        value = 'None';
        good = true;
        return
    end
    if isa(value, 'euphonic.internal.Quantity')
        value = value.in(unit);
    end
    good = isnumeric(value) && isscalar(value) && isreal(value) && ~isnan(value) && accept(value);
    if good
        value = full(double(value));
    end
end

function [value, good] = none_or_counts(value, n)
    if euphonic.internal.options.is_none(value)
        value = 'None';
        good = true;
        return
    end
    good = isnumeric(value) && isreal(value) && numel(value) == n && ...
        all(value(:) >= 1) && all(isfinite(value(:))) && all(value(:) == floor(value(:)));
    if good
        value = full(double(value(:).'));
    end
end

function [value, good] = none_or_matrix(value)
    if euphonic.internal.options.is_none(value)
        value = 'None';
        good = true;
        return
    end
    good = isnumeric(value) && isreal(value) && isequal(size(value), [3 3]) && all(isfinite(value(:)));
    if good
        value = double(value);
    end
end

function [value, good] = debye_waller(value)
    if isstruct(value) && isfield(value, 'debye_waller')
        value = value.debye_waller;
    end
    if euphonic.internal.options.is_none(value)
        value = 'None';
        good = true;
        return
    end
    good = isnumeric(value) && isreal(value) && ndims(value) <= 3 && size(value, 2) == 3 && size(value, 3) == 3 && ...
        all(isfinite(value(:)));
    if good
        value = double(value);
    end
end

function [value, good] = splitting_directions(value)
    if euphonic.internal.options.is_none(value)
        value = 'None';
        good = true;
    elseif ischar(value)
        good = strcmp(value, 'average');
    else
        good = isnumeric(value) && isreal(value) && ismatrix(value) && size(value, 2) == 3 && ~isempty(value) && ...
            all(any(value ~= 0, 2)) && ~any(isinf(value(:)));
        if good
            value = full(double(value));
        end
    end
end

function [value, wanted] = sum_rule(value)
    wanted = '';
    if euphonic.internal.options.is_none(value)
        value = 'None';
        return
    end
    rules = {'reciprocal', 'realspace'};
    if ~ischar(value) || size(value, 1) ~= 1 || ~any(strcmp(value, rules))
        wanted = '''None'', ''reciprocal'' or ''realspace''';
    end
end

function [value, wanted] = scattering_lengths(value)
    wanted = '';
    form = ['''Sears1992'', ''BlueBook'', the name of a JSON file, a struct of element = length in fm, or a ', ...
            'vector or cell with one for each atom'];
    if ischar(value) && ~isempty(value)
        if exist(value, 'file') == 2
            value = euphonic.internal.options.read_scattering_lengths(value);
        end
        return
    end
    if isstruct(value) && isscalar(value)
        names = fieldnames(value);
        for i = 1:numel(names)
            [value.(names{i}), good] = length_in_fm(value.(names{i}));
            if ~good
                wanted = sprintf(['a struct in which %s is one number in fm, real or complex, ' ...
                                  'or a name such as ''62Ni'''], names{i});
                return
            end
        end
    elseif iscell(value) && ~isempty(value)
        for i = 1:numel(value)
            [value{i}, good] = length_in_fm(value{i});
            if ~good
                wanted = sprintf(['a cell in which entry %d is a number in fm, real or complex, ' ...
                                  'or a name such as ''62Ni'''], i);
                return
            end
        end
    elseif ~isnumeric(value) || numel(value) < 2 || ~all(isfinite(value(:)))
        wanted = form;
    end
end

function [value, good] = length_in_fm(value)
    if isa(value, 'euphonic.internal.Quantity')
        value = value.in('fm');
    end
    if ischar(value)
        good = ~isempty(regexp(value, '^\d*[-_]?[A-Z][a-zA-Z]*[-_]?\d*$', 'once'));
    else
        good = isnumeric(value) && isscalar(value) && isfinite(value);
        if good
            value = double(value);
        end
    end
end
