function qpts = mp_grid(n)
    %MP_GRID   Points of a Monkhorst-Pack grid.
    %   QPTS = EUPHONIC.MP_GRID([N1 N2 N3]) is an N1*N2*N3 x 3 array of q-points in reciprocal-lattice units: along axis
    %   a the points are (2*i - Na - 1)/(2*Na), i = 1...Na; the last axis runs fastest.
    %
    %   Example
    %       qpts = euphonic.mp_grid([6 6 6]);
    %
    %   See also EUPHONIC.COHERENTCRYSTAL.
    if nargin ~= 1 || ~isnumeric(n) || numel(n) ~= 3 || ~isreal(n) || any(n(:) < 1) || any(n(:) ~= floor(n(:)))
        euphonic.internal.fail('mp_grid', 'invalid_argument', 'Expected three integers >= 1, such as [6 6 6].');
    end
    axes_points = arrayfun(@(m) (2 * (1:m) - m - 1) / (2 * m), double(n(:).'), 'UniformOutput', false);
    [q3, q2, q1] = ndgrid(axes_points{3}, axes_points{2}, axes_points{1});
    qpts = [q1(:), q2(:), q3(:)];
end
