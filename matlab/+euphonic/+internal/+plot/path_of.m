function path = path_of(caller, fc, corners, options, to_crystal)
    %PATH_OF   The path that a picture is drawn along.
    %   CORNERS: n x 3, reciprocal-lattice units, with options.n_points and options.labels as EUPHONIC.PLOT_DISPERSION
    %   has them; or [], and options.path, q, q_spacing: the path is the daemon's. options.zone is added to all of its
    %   points. TO_CRYSTAL: 3 x 3, by which rows in the caller's reciprocal-lattice units are multiplied to be in the
    %   crystal's (default: they are the same). PATH is a struct with
    %
    %       qpts         n x 3, reciprocal-lattice units of the caller
    %       directions   n x 3: LO-TO directions, NaN but at zone centres; or 'None': from the list
    %       distance     n x 1 along the path, 1/angstrom
    %       lines        k x 2: the first and the last q-point of each straight line
    %       ticks        where lines begin and end, 1/angstrom
    %       labels       texts for these
    if nargin < 5
        to_crystal = eye(3);
    end
    if isfield(options, 'zone')
        options.zone = rows(caller, 'zone', options.zone);
        if size(options.zone, 1) ~= 1
            euphonic.internal.fail(caller, 'size_mismatch', 'Option ''zone'' is %s; expected three integers.', ...
                euphonic.internal.size_text(options.zone));
        end
    end
    if isempty(corners)
        path = of_the_daemon(caller, fc, options, to_crystal);
    else
        path = between(caller, fc, corners, options, to_crystal);
    end
end

function path = of_the_daemon(caller, fc, options, to_crystal)
    params = struct();
    for name = intersect({'path', 'q', 'zone', 'q_spacing'}, fieldnames(options).')
        params.(name{1}) = options.(name{1});
    end
    if isfield(params, 'zone')
        params.zone = params.zone * to_crystal;
    end
    if isfield(params, 'q') && ~ischar(params.q)
        params.q = euphonic.internal.plot.coordinates_text(caller, rows(caller, 'q', params.q) * to_crystal);
    end
    [found, arrays] = fc.ask(caller, 'spectrum.path', params);
    for i = 1:numel(found.notes)
        warning(['EUPHONIC:' caller ':note'], '%s', found.notes{i});
    end
    ends = [found.lines{:}];
    path = struct('qpts', arrays.qpts.' / to_crystal, 'directions', arrays.directions.' / to_crystal, ...
        'distance', arrays.distances, 'lines', [[ends.first].', [ends.last].'] + 1, 'ticks', [], 'labels', {{}});
    % lines share their ends; where the path breaks, two labels have one place
    places = path.distance(reshape(path.lines.', [], 1));
    names = cellfun(@as_tex, reshape([{ends.from}; {ends.to}], [], 1), 'UniformOutput', false);
    path.ticks = unique(places);
    for place = path.ticks.'
        path.labels{end + 1} = strjoin(unique(names(places == place), 'stable').', '|');
    end
end

function path = between(caller, fc, corners, options, to_crystal)
    n_points = 300;
    if isfield(options, 'n_points')
        n_points = options.n_points;
    end
    corners = rows(caller, 'corners', corners);
    n = size(corners, 1);
    if isfield(options, 'zone')
        corners = corners + repmat(options.zone, n, 1);
    end
    [qpts, distance, at_corners] = euphonic.q_path(fc, corners * to_crystal, n_points);
    labels = arrayfun(@(i) sprintf('(%.3g %.3g %.3g)', corners(i, :)), 1:n, 'UniformOutput', false);
    if isfield(options, 'labels')
        labels = options.labels;
        if ~iscellstr(labels) || numel(labels) ~= n %#ok<ISCLSTR>
            euphonic.internal.fail(caller, 'size_mismatch', ...
                'Option ''labels'' is %s; expected a cell of %d texts, one for each corner.', ...
                euphonic.internal.shown(labels), n);
        end
    end
    last = [find(diff(distance) == 0); numel(distance)];
    path = struct('qpts', qpts / to_crystal, 'directions', 'None', 'distance', distance, ...
        'lines', [[1; last(1:end - 1) + 1], last], 'ticks', at_corners, 'labels', {labels});
end

function value = rows(caller, name, value)
    % Rows of three numbers; a column of three is one.
    if isequal(size(value), [3 1])
        value = value.';
    end
    if ~isnumeric(value) || ~isreal(value) || ~ismatrix(value) || size(value, 2) ~= 3
        euphonic.internal.fail(caller, 'invalid_argument', '''%s'' is %s; expected n x 3 real numbers.', name, ...
            euphonic.internal.shown(value));
    end
    value = double(value);
end

function label = as_tex(label)
    % GAMMA is a Greek letter, and what follows an underscore an index.
    greek = regexp(label, '^(GAMMA|DELTA|LAMBDA|SIGMA)', 'match', 'once');
    if ~isempty(greek)
        label = ['\' greek(1) lower(greek(2:end)) label(numel(greek) + 1:end)];
    end
    label = regexprep(label, '_(\w+)$', '_{$1}');
end
