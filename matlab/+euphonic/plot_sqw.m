function [result, distance] = plot_sqw(model, corners, energy, varargin)
    %PLOT_SQW   A map of S(Q,w) along a path, with a colour bar.
    %   EUPHONIC.PLOT_SQW(MODEL, CORNERS, ENERGY, ...) draws into the current axes what the EUPHONIC.COHERENTCRYSTAL
    %   gives along straight lines between CORNERS (n x 3, reciprocal-lattice units of the model) at ENERGY (meV,
    %   ascending, equally spaced). Without corners, [], the path is that of Hinuma et al. for the crystal's lattice, or
    %   path or q. Name-value pairs:
    %
    %       zone       three integers that are added to each point of the path, such as [1 0 2]
    %       fwhm       width of the Gaussian that each mode is drawn with, meV (two steps of ENERGY); also: width
    %       labels     cell of n texts for CORNERS
    %       n_points   number of q-points between CORNERS (300)
    %       path       without CORNERS: a path through labelled points, 'G M K G | A L': | where it breaks
    %       q          or through coordinates: n x 3, rows of NaN where it breaks; or a text
    %       q_spacing  without CORNERS: largest distance between q-points, 1/angstrom (0.025)
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
    %       euphonic.plot_sqw(model, [], 0:0.5:60, 'path', 'G M K G', 'zone', [1 0 2]);
    %       print('-dpng', 'map.png');
    %
    %   See also EUPHONIC.PLOT_DISPERSION, EUPHONIC.Q_PATH, EUPHONIC.COHERENTCRYSTAL.
    caller = 'plot_sqw';
    if nargin < 3 || ~isa(model, 'euphonic.CoherentCrystal')
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected a CoherentCrystal, the corners of a path and energies.');
    end
    of_path = {'path', 'q', 'q_spacing'};
    if ~isempty(corners)
        of_path = {'labels', 'n_points'};
    end
    euphonic.internal.spectrum.as_model(caller, model);
    options = euphonic.internal.options.name_values(caller, [{'fwhm', 'width', 'zone', 'lim', 'title'}, of_path], ...
        varargin);
    energy = double(energy(:));
    options = euphonic.internal.plot.map_options(caller, energy, options);
    to_crystal = eye(3);
    if ~euphonic.internal.options.is_none(model.conversion_mat)
        to_crystal = model.conversion_mat;
    end
    path = euphonic.internal.plot.path_of(caller, model.force_constants, corners, options, to_crystal);
    distance = path.distance;
    map = euphonic.internal.spectrum.sqw_along(caller, model, path, energy, options.fwhm);
    euphonic.internal.plot.draw_map(distance, energy, map, options);
    euphonic.internal.plot.label_path(path, options);
    ylabel('energy (meV)');
    euphonic.internal.plot.crystal_title(model.force_constants, model.temperature, options);
    bar = colorbar();
    ylabel(bar, 'mbarn / meV per atom');
    if nargout > 0
        result = map;
    end
end
