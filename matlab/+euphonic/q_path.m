function [qpts, distance, at_corners] = q_path(fc, corners, n_points)
    %Q_PATH   Straight lines of q-points between corners.
    %   [QPTS, DISTANCE, AT_CORNERS] = EUPHONIC.Q_PATH(FC, CORNERS, N_POINTS): CORNERS is n x 3 (reciprocal-lattice
    %   units). The lines share about N_POINTS (default 300) q-points by their lengths, at least two each. DISTANCE is
    %   along the path in 1/angstrom, AT_CORNERS its value at the corners. An inner corner occurs twice, as the end of
    %   one line and the beginning of the next, so that at a zone centre each line has its own LO-TO splitting.
    %
    %   Example
    %       [qpts, x] = euphonic.q_path(fc, [0 0 0; 0.5 0 0; 0.5 0.5 0]);
    %       s = fc.calculate_qpoint_frequencies(qpts);
    %       plot(x, s.frequencies);
    %
    %   See also EUPHONIC.PLOT_DISPERSION, EUPHONIC.PLOT_SQW, EUPHONIC.FORCECONSTANTS.
    caller = 'q_path';
    if nargin < 3
        n_points = 300;
    end
    if nargin < 2 || ~isa(fc, 'euphonic.ForceConstants')
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected force constants and the corners of a path.');
    end
    if ~isnumeric(corners) || ~isreal(corners) || ~ismatrix(corners) || size(corners, 2) ~= 3 || ...
            size(corners, 1) < 2 || ~all(isfinite(corners(:)))
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The corners are %s; expected n x 3 finite numbers with n > 1.', euphonic.internal.size_text(corners));
    end
    if ~isnumeric(n_points) || ~isscalar(n_points) || ~(n_points >= 2) || n_points ~= floor(n_points)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The number of points is %s; expected an integer >= 2.', euphonic.internal.shown(n_points));
    end
    lattice = fc.crystal.cell_vectors;
    cartesian = 2 * pi * corners / lattice.';
    lengths = sqrt(sum(diff(cartesian).^2, 2));
    if ~all(lengths > 0)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Corners %d and %d are the same; expected a line between them.', ...
            find(lengths == 0, 1), find(lengths == 0, 1) + 1);
    end
    at_corners = [0; cumsum(lengths)];
    shares = max(2, round(n_points * lengths / sum(lengths)));
    qpts = zeros(0, 3);
    distance = zeros(0, 1);
    for i = 1:numel(lengths)
        part = linspace(0, 1, shares(i)).';
        qpts = [qpts; corners(i, :) + part * (corners(i + 1, :) - corners(i, :))]; %#ok<AGROW>
        distance = [distance; at_corners(i) + part * lengths(i)]; %#ok<AGROW>
    end
end
