function [points, energies, of] = placed(caller, fc, request, points, energies)
    %PLACED   q-points {qh, qk, ql} as they are calculated: converted, with LO-TO directions, in all of them.
    %   FC: force constants; REQUEST: see REQUEST_OF. OF: where zone centres are repeated for many directions, which of
    %   the old points each new one is, else [].
    [qh, qk, ql] = euphonic.internal.job.check_q(caller, points{:});
    points = converted({qh, qk, ql}, request.conversion_mat);
    directions = request.splitting_directions;
    of = [];
    if strcmp(directions, 'average')
        if ~strcmp(request.params.quantity, 'sqw')
            euphonic.internal.fail(caller, 'invalid_argument', ...
                ['Option ''splitting_directions'' is ''average'', which has no frequencies that horace_disp ' ...
                 'could return. Use horace_sqw.']);
        end
        [points, directions, energies, of] = euphonic.internal.job.spread_directions(points, energies, ...
            fc.crystal.cell_vectors);
    elseif ~ischar(directions)
        directions = converted({directions(:, 1), directions(:, 2), directions(:, 3)}, request.conversion_mat);
        directions = [directions{:}];
    end
    points = euphonic.internal.job.with_directions(caller, points, directions);
end

function points = converted(points, matrix)
    if ~euphonic.internal.options.is_none(matrix)
        q = [points{:}] * matrix;
        points = {q(:, 1), q(:, 2), q(:, 3)};
    end
end
