function value = plain(value)
    %PLAIN   MATLAB's newer containers as the older ones, which this package works with.
    %   A string is made a char row, a string array a cell of char rows, and a containers.Map a struct, also inside
    %   another map. Keys become names of fields: '62Ni' is Ni62, '__x' is x__x. A map with other keys that cannot be
    %   names of fields is left alone, as is every other value.
    if isa(value, 'string')
        if numel(value) == 1 %#ok<ISCL>
            value = char(value);
        else
            value = cellstr(value);
        end
    elseif isa(value, 'containers.Map') && strcmp(value.KeyType, 'char')
        names = regexprep(value.keys(), {'^(\d+)([A-Z][a-z]?)$', '^_'}, {'$2$1', 'x_'});
        if all(cellfun(@isvarname, names))
            content = value.values();
            value = struct();
            for i = 1:numel(names)
                value.(names{i}) = euphonic.internal.options.plain(content{i});
            end
        end
    end
end
