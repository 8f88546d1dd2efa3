function label_corners(caller, corners, at_corners, options)
    %LABEL_CORNERS   Ticks of the current axes at the corners of a path, with options.labels or the corners themselves.
    n = size(corners, 1);
    if isfield(options, 'labels')
        labels = options.labels;
        if ~iscellstr(labels) || numel(labels) ~= n %#ok<ISCLSTR>
            euphonic.internal.fail(caller, 'size_mismatch', ...
                'Option ''labels'' is %s; expected a cell of %d texts, one for each corner.', ...
                euphonic.internal.shown(labels), n);
        end
    else
        labels = arrayfun(@(i) sprintf('(%.3g %.3g %.3g)', corners(i, :)), 1:n, 'UniformOutput', false);
    end
    set(gca(), 'xtick', at_corners, 'xticklabel', labels, 'xlim', at_corners([1 end]));
    xlabel('Q (r.l.u.)');
end
