function options = name_values(caller, names, args)
    %NAME_VALUES   Read name-value pairs.
    %   OPTIONS = NAME_VALUES(CALLER, NAMES, ARGUMENTS) is a struct with the given options only. NAMES: cell of the
    %   options there are; ARGUMENTS: cell {name, value, ...}. Raises unknown_option,
    %   missing_value, invalid_argument, repeated_option.
    options = struct();
    args = cellfun(@euphonic.internal.options.plain, args, 'UniformOutput', false);
    for i = 1:2:numel(args)
        name = args{i};
        if ~ischar(name) || size(name, 1) ~= 1
            euphonic.internal.fail(caller, 'invalid_argument', ...
                'Expected the name of an option, found a value of class %s and size %s. Known options: %s.', ...
                class(name), euphonic.internal.size_text(name), strjoin(names, ', '));
        end
        if ~any(strcmp(name, names))
            euphonic.internal.options.unknown_option(caller, name, names);
        end
        if i == numel(args)
            euphonic.internal.fail(caller, 'missing_value', 'Option ''%s'' has no value.', name);
        end
        if isfield(options, name)
            euphonic.internal.fail(caller, 'repeated_option', 'Option ''%s'' is given twice.', name);
        end
        options.(name) = args{i + 1};
    end
end
