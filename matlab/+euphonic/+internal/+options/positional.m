function options = positional(caller, names, n_positional, texts, args)
    %POSITIONAL   Read options that come by position first and then as name-value pairs.
    %   OPTIONS = POSITIONAL(CALLER, NAMES, N_POSITIONAL, TEXTS, ARGUMENTS) is a struct with the given options only.
    %   Positions end where an argument is one of NAMES. TEXTS: those of the first N_POSITIONAL options that may be a
    %   text; at others a text, unless it is 'None', is taken for a name that is misspelt. Raises what NAME_VALUES does.
    options = struct();
    args = cellfun(@euphonic.internal.options.plain, args, 'UniformOutput', false);
    i = 1;
    while i <= numel(args)
        value = args{i};
        name = names{min(i, numel(names))};
        if ischar(value) && any(strcmp(value, names))
            break
        elseif ischar(value) && ~strcmpi(value, 'none') && ~any(strcmp(name, texts))
            euphonic.internal.options.unknown_option(caller, value, names);
        elseif i > n_positional
            euphonic.internal.fail(caller, 'invalid_argument', ...
                'Expected at most %d options by position, found more. Give the others by name.', n_positional);
        end
        options.(name) = value;
        i = i + 1;
    end
    named = euphonic.internal.options.name_values(caller, names, args(i:end));
    for name = fieldnames(named).'
        if isfield(options, name{1})
            euphonic.internal.fail(caller, 'repeated_option', ...
                'Option ''%s'' is given by position and by name.', name{1});
        end
        options.(name{1}) = named.(name{1});
    end
end
