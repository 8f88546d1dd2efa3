function [middles, edges] = centres(edges)
    %CENTRES   Of bins between EDGES; both as rows.
    edges = edges(:).';
    middles = (edges(1:end - 1) + edges(2:end)) / 2;
end
