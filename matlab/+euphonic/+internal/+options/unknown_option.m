function unknown_option(caller, name, names)
    %UNKNOWN_OPTION   Raise EUPHONIC:caller:unknown_option and offer the nearest of NAMES.
    near = euphonic.internal.options.nearest(name, names);
    if isempty(near)
        hint = sprintf('Known options: %s.', strjoin(names, ', '));
    else
        hint = sprintf('Did you mean ''%s''?', near);
    end
    euphonic.internal.fail(caller, 'unknown_option', 'There is no option ''%s''. %s', name, hint);
end
