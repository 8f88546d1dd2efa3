function options = defaults(taker)
    %DEFAULTS   A struct with the options that a taker has, see euphonic.internal.options.table, at their defaults.
    options = struct();
    for row = reshape(euphonic.internal.options.table(), 1, [])
        if any(strcmp(taker, row.takers))
            options.(row.name) = row.default;
            if isa(row.default, 'function_handle')
                options.(row.name) = row.default();
            end
        end
    end
end
