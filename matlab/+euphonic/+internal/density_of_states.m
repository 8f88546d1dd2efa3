function result = density_of_states(caller, frequencies, weights, edges, widths)
    %DENSITY_OF_STATES   States per energy and atom in bins of energy.
    %   FREQUENCIES: n_qpts x n_modes, meV; WEIGHTS: n_qpts x 1; EDGES of the bins, meV; WIDTHS: [] or standard
    %   deviations of Gaussians, shaped like FREQUENCIES. RESULT: see CALCULATE_DOS of euphonic.QpointPhononModes.
    if isa(edges, 'euphonic.internal.Quantity')
        edges = edges.in('meV');
    end
    if ~isnumeric(edges) || ~isreal(edges) || ~isvector(edges) || numel(edges) < 2 || ~all(isfinite(edges(:))) || ...
            ~all(diff(edges(:)) > 0)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected the edges of energy bins in meV: at least two finite, ascending numbers, such as 0:0.5:60.');
    end
    edges = double(edges(:));
    n_bins = numel(edges) - 1;
    each = repmat(weights(:) / sum(weights), 1, size(frequencies, 2));
    if isempty(widths)
        [~, bin] = histc(frequencies(:), edges); %#ok<HISTC>
        bin(bin == n_bins + 1) = n_bins;  % the last bin has both its edges
        inside = bin > 0;
        counts = accumarray(bin(inside), each(inside), [n_bins, 1]);
    else
        counts = smooth_counts(caller, frequencies, each, edges, widths);
    end
    n_atoms = size(frequencies, 2) / 3;
    result = struct('x_data', edges, 'y_data', counts ./ diff(edges) / n_atoms, 'x_data_unit', 'meV', ...
        'y_data_unit', '1/meV');
end

function counts = smooth_counts(caller, frequencies, each, edges, widths)
    % The integral of each Gaussian over each bin, by differences of its cumulative distribution at the edges
    if isa(widths, 'euphonic.internal.Quantity')
        widths = widths.in('meV');
    end
    if ~isnumeric(widths) || ~isreal(widths) || ~isequal(size(widths), size(frequencies)) || ~all(widths(:) > 0)
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'Option ''mode_widths'' is %s; expected %s numbers > 0 in meV.', euphonic.internal.shown(widths), ...
            euphonic.internal.size_text(frequencies));
    end
    below = zeros(numel(edges), 1);
    for i = 1:numel(edges)
        below(i) = sum(each(:) .* erfc((frequencies(:) - edges(i)) ./ (sqrt(2) * widths(:))) / 2);
    end
    counts = diff(below);
end
