function factors = scale_arguments(caller, args)
    %SCALE_ARGUMENTS   The factors that Horace and its fits hand to a model after the q-points.
    %   ARGUMENTS is a cell with any of: nothing; numbers s, [s f] or s, f; cells of these; then name-value pairs
    %   'intensity_scale', s and 'frequency_scale', f in any order. FACTORS: [s f]; missing ones are 1.
    names = {'intensity_scale', 'frequency_scale'};
    [numbers, args] = euphonic.internal.options.leading_numbers(caller, args);
    if numel(numbers) > 2
        euphonic.internal.fail(caller, 'invalid_argument', ...
            ['There are %d numbers after the q-points; expected at most two, the factors of intensity and ' ...
             'of frequency. Other options are properties of the model.'], numel(numbers));
    end
    named = euphonic.internal.options.name_values(caller, names, args);
    factors = [1 1];
    factors(1:numel(numbers)) = numbers;
    for i = 1:2
        if isfield(named, names{i})
            if i <= numel(numbers)
                euphonic.internal.fail(caller, 'repeated_option', '''%s'' is given by position and by name.', names{i});
            end
            value = named.(names{i});
            if ~isnumeric(value) || ~isreal(value) || ~isscalar(value)
                euphonic.internal.fail(caller, 'invalid_argument', '''%s'' is %s; expected one real number.', ...
                    names{i}, euphonic.internal.shown(value));
            end
            factors(i) = value;
        end
    end
    if ~all(isfinite(factors))
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The scale factors are [%g %g]; expected finite numbers.', factors);
    end
end
