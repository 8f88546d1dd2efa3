function [result, distance] = plot_sqw(model, corners, energy, varargin)
    %PLOT_SQW   A map of S(Q,w) along a path, with a colour bar.
    %   EUPHONIC.PLOT_SQW(MODEL, CORNERS, ENERGY, ...) draws into the current axes what the EUPHONIC.COHERENTCRYSTAL
    %   gives along straight lines between CORNERS (n x 3, reciprocal-lattice units of the model) at ENERGY (meV,
    %   ascending, equally spaced). Name-value pairs:
    %
    %       fwhm       width of the Gaussian that each mode is drawn with, meV (two steps of ENERGY); also: width
    %       labels     cell of n texts for the corners
    %       n_points   number of q-points (300)
    %       lim        [low high] of the colours (0 to the intensity that 3 % of the map exceed, which is that of
    %                  acoustic modes: give less to see weak optic ones)
    %       title      of the axes (the crystal's formula and the model's temperature; '' for none)
    %
    %   [MAP, DISTANCE] = EUPHONIC.PLOT_SQW(...) returns the intensities, numel(ENERGY) x number of q-points, in
    %   mbarn/meV for each atom of the cell, and the distances along the path in 1/angstrom.
    %
    %   Example
    %       model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal');
    %       euphonic.plot_sqw(model, [1 0 0; 4 0 0], 0:0.5:60, 'fwhm', 1.5);
    %       print('-dpng', 'map.png');
    %
    %   See also EUPHONIC.PLOT_DISPERSION, EUPHONIC.Q_PATH, EUPHONIC.COHERENTCRYSTAL.
    caller = 'plot_sqw';
    options = euphonic.internal.options.name_values(caller, {'fwhm', 'width', 'labels', 'n_points', 'lim', 'title'}, ...
        varargin);
    if nargin < 3 || ~isa(model, 'euphonic.CoherentCrystal')
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected a CoherentCrystal, the corners of a path and energies.');
    elseif ~isnumeric(corners) || ~ismatrix(corners) || size(corners, 2) ~= 3
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The corners are %s; expected n x 3 numbers.', euphonic.internal.size_text(corners));
    end
    energy = double(energy(:));
    options = euphonic.internal.plot.map_options(caller, energy, options);
    to_crystal = eye(3);
    if ~euphonic.internal.options.is_none(model.conversion_mat)
        to_crystal = model.conversion_mat;
    end
    [qpts, distance, at_corners] = euphonic.q_path(model.force_constants, corners * to_crystal, options.n_points);
    qpts = qpts / to_crystal;
    [w, sf] = model.horace_disp(qpts(:, 1), qpts(:, 2), qpts(:, 3));
    map = euphonic.internal.plot.map_of_modes(energy, w, sf, options.fwhm);
    euphonic.internal.plot.draw_map(distance, energy, map, options);
    euphonic.internal.plot.label_corners(caller, corners, at_corners, options);
    ylabel('energy (meV)');
    euphonic.internal.plot.crystal_title(model.force_constants, model.temperature, options);
    bar = colorbar();
    ylabel(bar, 'mbarn / meV per atom');
    if nargout > 0
        result = map;
    end
end
