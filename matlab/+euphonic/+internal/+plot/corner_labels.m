function labels = corner_labels(qpts, steps, lengths)
    %CORNER_LABELS   Where a list of q-points begins, ends and changes its direction, as an n x 2 cell {index, text}.
    %   STEPS: differences of neighbouring q-points in 1/angstrom (rows); LENGTHS: their lengths. A q-point that occurs
    %   twice in a row has a label once.
    tolerance = 1e-6;
    last = size(qpts, 1);
    moving = reshape(find(lengths > 0), [], 1);
    unit = steps(moving, :) ./ repmat(lengths(moving), 1, 3);
    turns = sqrt(sum(diff(unit, 1, 1).^2, 2)) > tolerance;
    at = unique([1; moving([turns; false(min(1, numel(moving)), 1)]) + 1; last]);
    at = at(at >= 1 & at <= last);
    labels = cell(numel(at), 2);
    for i = 1:numel(at)
        labels(i, :) = {at(i), sprintf('(%.3g %.3g %.3g)', qpts(at(i), :))};
    end
end
