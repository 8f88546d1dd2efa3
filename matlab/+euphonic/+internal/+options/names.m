function [names, n_positional] = names(taker)
    %NAMES   Options that a taker has, as a row of names in the order of euphonic.internal.options.table.
    %   N_POSITIONAL: how many of them, from the first on, can be given by position.
    persistent known
    if ~isfield(known, taker)
        rows = euphonic.internal.options.table();
        rows = rows(arrayfun(@(row) any(strcmp(taker, row.takers)), rows));
        known.(taker) = struct('names', {{rows.name}}, 'n_positional', sum([rows.positional]));
    end
    names = known.(taker).names;
    n_positional = known.(taker).n_positional;
end
