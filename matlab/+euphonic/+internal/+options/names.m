function [names, n_positional] = names(taker)
    %NAMES   Options that a taker has, as a row of names in the order of euphonic.internal.options.table.
    %   N_POSITIONAL: how many of them, from the first on, can be given by position.
    rows = euphonic.internal.options.table();
    rows = rows(arrayfun(@(row) any(strcmp(taker, row.takers)), rows));
    names = {rows.name};
    n_positional = sum([rows.positional]);
end
