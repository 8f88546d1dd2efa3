function request = request_of(caller, fc, options, quantity)
    %REQUEST_OF   What of a model's options a calculation needs, made once for the options of the moment.
    %   FC: force constants; OPTIONS: all options of the model, a struct; QUANTITY: 'structure_factor' or 'sqw'.
    %   REQUEST: struct with params and frames (of job.open), options (of EVALUATE), conversion_mat and
    %   splitting_directions, and the flags is_placed (these change the points, see PLACED) and lacks_temperature (so
    %   that a Debye-Waller factor is not applied).
    none = @euphonic.internal.options.is_none;
    params = euphonic.internal.job.parameters(options, quantity);
    has_temperature = ~none(options.temperature);
    frames = [];
    if has_temperature
        frames = euphonic.internal.job.debye_waller_frame(caller, options.debye_waller, fc.n_atoms);
    end
    if isfield(params, 'debye_waller_grid') && (~has_temperature || ~isempty(frames))
        params = rmfield(params, 'debye_waller_grid');
    end
    is_placed = ~none(options.conversion_mat) || ~none(options.splitting_directions);
    evaluation = struct('cells', true, 'unchecked', ~is_placed, 'both_signs', true, 'points_kept', false, ...
        'energies', [], 'progress', euphonic.internal.job.show_progress(options.verbose));
    request = struct('params', params, 'frames', {frames}, 'options', evaluation, ...
        'conversion_mat', options.conversion_mat, 'splitting_directions', options.splitting_directions, ...
        'is_placed', is_placed, ...
        'lacks_temperature', ~has_temperature && ~(none(options.debye_waller) && none(options.debye_waller_grid)));
end
