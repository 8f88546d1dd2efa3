function lines = plot_dispersion(fc, corners, varargin)
    %PLOT_DISPERSION   Phonon frequencies along a path.
    %   EUPHONIC.PLOT_DISPERSION(FC, CORNERS, ...) draws into the current axes the frequencies along straight lines
    %   between CORNERS (n x 3, reciprocal-lattice units). Name-value pairs: labels (cell of n texts for the corners),
    %   n_points (300), title (the crystal's formula; '' for none), and those of FC.CALCULATE_QPOINT_FREQUENCIES.
    %   LINES = EUPHONIC.PLOT_DISPERSION(...) returns handles of the modes. Grey lines mark the corners. The ordinate
    %   begins at 0 unless a mode is imaginary beyond 0.01 meV.
    %
    %   Example
    %       euphonic.plot_dispersion(fc, [0 0 0; 0.5 0 0; 1/3 1/3 0], 'labels', {'\Gamma', 'M', 'K'}, ...
    %           'asr', 'reciprocal');
    %
    %   See also EUPHONIC.Q_PATH, EUPHONIC.PLOT_SQW, EUPHONIC.FORCECONSTANTS.
    caller = 'plot_dispersion';
    [own, others] = euphonic.internal.options.split_options(caller, {'labels', 'n_points', 'title'}, varargin);
    if ~isfield(own, 'n_points')
        own.n_points = 300;
    end
    if nargin < 2
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected force constants and the corners of a path.');
    end
    [qpts, distance, at_corners] = euphonic.q_path(fc, corners, own.n_points);
    s = fc.calculate_qpoint_frequencies(qpts, others{:});
    % a gap between lines would be drawn as a vertical stroke where LO-TO splitting differs: each line on its own
    hold_was_on = ishold();
    lowest = min([0; s.frequencies(s.frequencies < -0.01)]);
    if hold_was_on
        lowest = min([lowest, ylim()]);
    end
    ends = [find(diff(distance) == 0); numel(distance)];
    first = 1;
    handles = [];
    for last = ends.'
        handles = [handles; plot(distance(first:last), s.frequencies(first:last, :), 'b')]; %#ok<AGROW>
        hold('on');
        first = last + 1;
    end
    limits = ylim();
    if lowest == 0
        limits(1) = 0;
    end
    ylim(limits);
    for x = at_corners(2:end - 1).'
        plot([x x], limits, 'color', [0.6 0.6 0.6]);
    end
    if ~hold_was_on
        hold('off');
    end
    euphonic.internal.plot.label_corners(caller, corners, at_corners, own);
    ylabel('energy (meV)');
    euphonic.internal.plot.crystal_title(fc, 'None', own);
    if nargout > 0
        lines = handles;
    end
end
