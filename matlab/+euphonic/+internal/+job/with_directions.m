function points = with_directions(caller, points, directions)
    %WITH_DIRECTIONS   q-points {qh, qk, ql} with explicit LO-TO directions: {qh, qk, ql, dh, dk, dl}.
    %   DIRECTIONS: 'None', one row for all q-points, or a row for each; a row of NaN leaves it to the list.
    if euphonic.internal.options.is_none(directions)
        return
    end
    n = numel(points{1});
    if size(directions, 1) == 1
        directions = repmat(directions, n, 1);
    elseif size(directions, 1) ~= n
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'There are %d splitting_directions for %d q-points; expected one row, or one for each.', ...
            size(directions, 1), n);
    end
    points(4:6) = {directions(:, 1), directions(:, 2), directions(:, 3)};
end
