function label_path(path, options)
    %LABEL_PATH   Ticks of the current axes where the lines of a PATH begin and end, see PATH_OF.
    %   The abscissa is named after options.zone where there is one.
    set(gca(), 'xtick', path.ticks, 'xticklabel', path.labels, 'xlim', path.ticks([1 end]));
    name = 'Q (r.l.u.)';
    if isfield(options, 'zone')
        name = sprintf('Q (r.l.u.) in the zone of %s', strjoin(arrayfun(@(x) sprintf('%g', x), ...
            reshape(options.zone, 1, []), 'UniformOutput', false), ' '));
    end
    xlabel(name);
end
