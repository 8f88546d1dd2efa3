function draw_map(distance, energy, map, options)
    %DRAW_MAP   Draws MAP, numel(ENERGY) x numel(DISTANCE), into the current axes, with the colours options.lim.
    %   Without options.lim they go from 0 to what 3 % of the map exceed. DISTANCE does not descend.
    if ~isfield(options, 'lim')
        sorted = sort(map(:));
        options.lim = [0, max(sorted(ceil(0.97 * numel(sorted))), realmin())];
    end
    % q-points are equally spaced on each line, not on all: the map is drawn on an even grid of distances
    kept = [true; diff(distance) > 0];
    even = linspace(0, distance(end), sum(kept));
    imagesc(even, energy, interp1(distance(kept), map(:, kept).', even).', options.lim);
    axis('xy');
end
