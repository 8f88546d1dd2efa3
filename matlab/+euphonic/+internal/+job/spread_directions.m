function [points, directions, energies, of] = spread_directions(points, energies, cell_vectors)
    %SPREAD_DIRECTIONS   Zone centres repeated, once for each of many directions of approach, evenly spread.
    %   POINTS: {qh, qk, ql}; CELL_VECTORS: rows, angstrom. DIRECTIONS has a row for each of the new points, NaN for
    %   those that are not zone centres; OF says which of the old points each is.
    n_directions = 100;
    q = [points{1}(:), points{2}(:), points{3}(:)];
    centre = all(abs(q - round(q)) <= 1e-10, 2);
    of = [find(~centre); reshape(repmat(find(centre).', n_directions, 1), [], 1)];
    % a spiral over half of the sphere: opposite directions have the same limit
    k = (0.5:n_directions).' / n_directions;
    angle = pi * (1 + sqrt(5)) * (0.5:n_directions).';
    unit = [sqrt(1 - k.^2) .* cos(angle), sqrt(1 - k.^2) .* sin(angle), k];
    directions = [NaN(sum(~centre), 3); repmat(unit * cell_vectors.' / (2 * pi), sum(centre), 1)];
    points = {q(of, 1), q(of, 2), q(of, 3)};
    energies = energies(of);
end
