function made = checks()
    %CHECKS   What the values of options are tested with and brought into their standard form.
    %   A struct of functions [VALUE, EXPECTED] = CHECK(VALUE, ...). VALUE comes back in its standard form; EXPECTED is
    %   '', or says what was expected instead.
    made = struct('none_or', @none_or, 'none_means', @none_means, 'flag', @flag, 'number', @number, ...
        'integers', @integers, 'numbers', @numbers, 'matrix', @matrix, 'choice', @choice, 'directions', @directions, ...
        'debye_waller', @debye_waller, 'scattering_lengths', @scattering_lengths);
end

function [value, expected] = none_or(value, check)
    % 'None', or what another check accepts
    expected = '';
    if euphonic.internal.options.is_none(value)
        value = 'None';
        return
    end
    [value, expected] = check(value);
    if ~isempty(expected)
        expected = ['''None'' or ' expected];
    end
end

function [value, expected] = none_means(value, default, check)
    % 'None' stands for the default
    if euphonic.internal.options.is_none(value)
        value = default;
    end
    [value, expected] = check(value);
end

function [value, expected] = flag(value)
    expected = '';
    if (islogical(value) || isnumeric(value)) && isscalar(value) && any(value == [0 1])
        value = logical(value);
    else
        expected = 'true or false';
    end
end

function [value, expected] = number(value, unit, accepts, wording)
    % one real number; a quantity is converted to UNIT
    if isa(value, 'euphonic.internal.Quantity')
        value = value.in(unit);
    end
    expected = '';
    if isnumeric(value) && isscalar(value) && isreal(value) && accepts(value)
        value = full(double(value));
    else
        expected = wording;
    end
end

function [value, expected] = integers(value, n, least, most, wording)
    expected = '';
    if isnumeric(value) && isreal(value) && numel(value) == n && all(isfinite(value(:))) && ...
            all(value(:) == floor(value(:)) & value(:) >= least & value(:) <= most)
        value = full(double(value(:).'));
    else
        expected = wording;
    end
end

function [value, expected] = numbers(value)
    expected = '';
    if isnumeric(value) && isreal(value) && all(isfinite(value(:)))
        value = full(double(value(:)));
    else
        expected = 'real, finite numbers';
    end
end

function [value, expected] = matrix(value, wording)
    expected = '';
    if isnumeric(value) && isreal(value) && isequal(size(value), [3 3]) && all(isfinite(value(:))) && ...
            rcond(full(double(value))) > 1e-12
        value = full(double(value));
    else
        expected = wording;
    end
end

function [value, expected] = choice(value, names, remark)
    expected = '';
    if ~ischar(value) || size(value, 1) ~= 1 || ~any(strcmp(value, names))
        expected = [strjoin(cellfun(@(name) ['''' name ''''], names, 'UniformOutput', false), ' or ') remark];
    end
end

function [value, expected] = debye_waller(value)
    if isstruct(value) && isfield(value, 'debye_waller')
        value = value.debye_waller;
    end
    expected = '';
    if euphonic.internal.options.is_none(value)
        value = 'None';
    elseif isnumeric(value) && isreal(value) && ndims(value) <= 3 && size(value, 2) == 3 && size(value, 3) == 3 && ...
            all(isfinite(value(:)))
        value = double(value);
    else
        expected = '''None'', a real n_atoms x 3 x 3 array in angstrom^2, or what calculate_debye_waller returns';
    end
end

function [value, expected] = directions(value)
    expected = '';
    if euphonic.internal.options.is_none(value)
        value = 'None';
    elseif isnumeric(value) && isreal(value) && ismatrix(value) && size(value, 2) == 3 && ~isempty(value) && ...
            all(any(value ~= 0, 2)) && ~any(isinf(value(:)))
        value = full(double(value));
    elseif ~strcmp(value, 'average')
        expected = '''None'' (from the list), ''average'', or real rows of three numbers, none of them zero';
    end
end

function [value, expected] = scattering_lengths(value)
    expected = '';
    if ischar(value) && ~isempty(value)
        if exist(value, 'file') == 2
            value = euphonic.internal.options.read_scattering_lengths(value);
        end
    elseif isstruct(value) && isscalar(value)
        names = fieldnames(value);
        for i = 1:numel(names)
            [value.(names{i}), expected] = scattering_length(value.(names{i}), ['a struct in which ' names{i}]);
            if ~isempty(expected)
                return
            end
        end
    elseif iscell(value) && ~isempty(value)
        for i = 1:numel(value)
            [value{i}, expected] = scattering_length(value{i}, sprintf('a cell in which entry %d', i));
            if ~isempty(expected)
                return
            end
        end
    elseif ~isnumeric(value) || numel(value) < 2 || ~all(isfinite(value(:)))
        expected = ['''Sears1992'', ''BlueBook'', the name of a JSON file, a struct or containers.Map of ' ...
                    'element = length in fm, or a vector or cell with one for each atom'];
    end
end

function [value, expected] = scattering_length(value, place)
    % of one element or atom; PLACE is for the wording
    value = euphonic.internal.options.plain(value);
    if isa(value, 'euphonic.internal.Quantity')
        value = value.in('fm');
    end
    expected = '';
    if isnumeric(value) && isscalar(value) && isfinite(value)
        value = double(value);
    elseif ~ischar(value) || isempty(regexp(value, '^\d*[-_]?[A-Z][a-zA-Z]*[-_]?\d*$', 'once'))
        expected = [place ' is one number in fm, real or complex, or a name such as ''62Ni'''];
    end
end
