function [scale, params, width_is_named] = sqw_arguments(caller, args)
    %SQW_ARGUMENTS   What Horace and its fits hand to horace_sqw after q-points and energies.
    %   ARGS is a cell with numbers [scale frequency_scale width ...], spread over any number of arguments and cells,
    %   and then name-value pairs scale (or intensity_scale), frequency_scale, width, shape. PARAMS is a struct with
    %   frequency_scale, width and shape as parameters of job.open. WIDTH_IS_NAMED: fits give no names.
    names = {'scale', 'frequency_scale', 'width', 'shape', 'intensity_scale'};
    shapes = {'gauss', 'lorentz', 'dho'};
    [numbers, rest] = euphonic.internal.options.leading_numbers(caller, args);
    given = euphonic.internal.options.name_values(caller, names, rest);
    if isfield(given, 'intensity_scale')
        if isfield(given, 'scale')
            euphonic.internal.fail(caller, 'repeated_option', ...
                '''scale'' is given twice: ''intensity_scale'' is another name for it.');
        end
        given.scale = given.intensity_scale;
    end
    positional = {numbers(1:min(1, end)), numbers(2:min(2, end)), numbers(3:end)};
    values = {1, 1, []};
    for i = 1:3
        if ~isempty(positional{i})
            if isfield(given, names{i})
                euphonic.internal.fail(caller, 'repeated_option', '''%s'' is given by position and by name.', names{i});
            end
            values{i} = positional{i};
        elseif isfield(given, names{i})
            values{i} = given.(names{i});
        end
        value = values{i};
        if ~isnumeric(value) || ~isreal(value) || ~all(isfinite(value(:))) || (i < 3 && ~isscalar(value))
            euphonic.internal.fail(caller, 'invalid_argument', '''%s'' is %s; expected finite real numbers.', ...
                names{i}, euphonic.internal.shown(value));
        end
    end
    if isempty(values{3})
        euphonic.internal.fail(caller, 'missing_width', ...
            ['The width is missing. Give [scale frequency_scale width], or ''width'': the full width at half ' ...
             'maximum in meV.']);
    elseif values{2} <= 0
        euphonic.internal.fail(caller, 'invalid_argument', ...
            '''frequency_scale'' is %g; expected a number > 0.', values{2});
    end
    shape = 'gauss';
    if isfield(given, 'shape')
        shape = given.shape;
    end
    if ~ischar(shape) || ~any(strcmp(shape, shapes))
        euphonic.internal.fail(caller, 'invalid_argument', '''shape'' is %s; expected %s.', ...
            euphonic.internal.shown(shape), strjoin(shapes, ', '));
    end
    width_is_named = isfield(given, 'width');
    scale = double(values{1});
    % as a cell it stays an array on its way, also when it is one number
    params = struct('frequency_scale', double(values{2}), 'width', {num2cell(double(values{3}(:).'))}, 'shape', shape);
end
