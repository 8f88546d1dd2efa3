function value = check(caller, name, value)
    %CHECK   The value of an option in its standard form.
    %   That is: plain numbers in K, fm, angstrom or meV, a logical, a name, or 'None'.
    %   Raises EUPHONIC:CALLER:invalid_argument, which says what was expected.
    rows = euphonic.internal.options.table();
    row = rows(strcmp(name, {rows.name}));
    [value, expected] = row.check(euphonic.internal.options.plain(value));
    if ~isempty(expected)
        euphonic.internal.fail(caller, 'invalid_argument', 'Option ''%s'' is %s; expected %s.', ...
            name, euphonic.internal.shown(value), expected);
    end
end
