function lines = plot_dispersion(fc, varargin)
    %PLOT_DISPERSION   Phonon frequencies along a path.
    %   EUPHONIC.PLOT_DISPERSION(FC, ...) draws into the current axes the frequencies along the path of Hinuma et al.
    %   for the crystal's lattice. FC are force constants, or a EUPHONIC.COHERENTCRYSTAL whose options are taken.
    %   Options beside those of FC.CALCULATE_QPOINT_FREQUENCIES, by name:
    %
    %       path        another path through labelled points, 'G M K G | A L': | where it breaks
    %       q           or through coordinates, reciprocal-lattice units: n x 3, rows of NaN where it breaks; or a text
    %       zone        three integers that are added to each point, such as [1 0 2]
    %       q_spacing   largest distance between q-points, 1/angstrom (0.025)
    %       title       of the axes (the crystal's formula; '' for none)
    %
    %   EUPHONIC.PLOT_DISPERSION(FC, CORNERS, ...) draws straight lines between CORNERS (n x 3, reciprocal-lattice
    %   units), with labels (cell of n texts for the corners) and n_points (300) in place of path, q and q_spacing.
    %
    %   LINES = EUPHONIC.PLOT_DISPERSION(...) returns handles of the modes. Grey lines mark the corners. The ordinate
    %   begins at 0 unless a mode is imaginary beyond 0.01 meV.
    %
    %   Example
    %       euphonic.plot_dispersion(fc, 'asr', 'reciprocal');
    %       euphonic.plot_dispersion(fc, 'path', 'G M K G', 'zone', [1 0 2], 'asr', 'reciprocal');
    %       euphonic.plot_dispersion(fc, [0 0 0; 0.5 0 0; 1/3 1/3 0], 'labels', {'\Gamma', 'M', 'K'}, ...
    %           'asr', 'reciprocal');
    %
    %   See also EUPHONIC.Q_PATH, EUPHONIC.PLOT_SQW, EUPHONIC.FORCECONSTANTS.
    caller = 'plot_dispersion';
    if nargin < 1
        fc = [];
    end
    [fc, of_model] = crystal_of(caller, fc);
    corners = [];
    known = {'path', 'q', 'zone', 'q_spacing', 'title'};
    if ~isempty(varargin) && ~ischar(euphonic.internal.options.plain(varargin{1}))
        corners = varargin{1};
        varargin(1) = [];
        known = {'labels', 'n_points', 'zone', 'title'};
    end
    [own, others] = euphonic.internal.options.split_options(caller, known, varargin);
    path = euphonic.internal.plot.path_of(caller, fc, corners, own);
    given = euphonic.internal.options.given_or(others, [of_model, {'splitting_directions', path.directions}]);
    s = fc.calculate_qpoint_frequencies(path.qpts, given{:});
    handles = draw_curves(path, s.frequencies);
    euphonic.internal.plot.label_path(path, own);
    ylabel('energy (meV)');
    euphonic.internal.plot.crystal_title(fc, 'None', own);
    if nargout > 0
        lines = handles;
    end
end

function handles = draw_curves(path, frequencies)
    hold_was_on = ishold();
    lowest = min([0; frequencies(frequencies < -0.01)]);
    if hold_was_on
        lowest = min([lowest, ylim()]);
    end
    handles = [];
    for line = path.lines.'
        at = line(1):line(2);
        handles = [handles; plot(path.distance(at), frequencies(at, :), 'b')]; %#ok<AGROW>
        hold('on');
    end
    limits = ylim();
    if lowest == 0
        limits(1) = 0;
    end
    ylim(limits);
    for x = reshape(path.ticks(2:end - 1), 1, [])
        plot([x x], limits, 'color', [0.6 0.6 0.6]);
    end
    if ~hold_was_on
        hold('off');
    end
end

function [fc, options] = crystal_of(caller, fc)
    % Force constants, and as name-value pairs what a model says of the calculation.
    options = {};
    if isa(fc, 'euphonic.CoherentCrystal')
        for name = {'asr', 'dipole', 'dipole_parameter', 'splitting', 'n_threads', 'verbose'}
            options = [options, name, {fc.(name{1})}]; %#ok<AGROW>
        end
        fc = fc.force_constants;
    end
    if ~isa(fc, 'euphonic.ForceConstants')
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected force constants or a CoherentCrystal.');
    end
end
