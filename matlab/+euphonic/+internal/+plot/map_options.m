function options = map_options(caller, energy, options)
    %MAP_OPTIONS   Options of a map with their defaults: fwhm (also given as width) in meV, n_points.
    %   Fails for energies (a column, meV) that do not ascend in equal steps, and for an fwhm that is not a number > 0.
    steps = diff(energy);
    if numel(energy) < 2 || ~isreal(energy) || ~all(steps > 0) || max(steps) - min(steps) > 1e-6 * max(steps)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The energies are %s; expected at least two ascending, equally spaced numbers in meV.', ...
            euphonic.internal.shown(energy(:).'));
    end
    if isfield(options, 'width') && ~isfield(options, 'fwhm')
        options.fwhm = options.width;
    end
    defaults = struct('fwhm', 2 * mean(steps), 'n_points', 300);
    for name = fieldnames(defaults).'
        if ~isfield(options, name{1})
            options.(name{1}) = defaults.(name{1});
        end
    end
    if ~isnumeric(options.fwhm) || ~isscalar(options.fwhm) || ~(options.fwhm > 0)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Option ''fwhm'' is %s; expected a number > 0 in meV.', euphonic.internal.shown(options.fwhm));
    end
end
