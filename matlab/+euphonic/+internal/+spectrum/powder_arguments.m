function [scale, params, width_is_named] = powder_arguments(caller, args)
    %POWDER_ARGUMENTS   What a fit hands to powder_sqw after q-points and energies.
    %   ARGS is a cell as SQW_ARGUMENTS takes it, with further name-value pairs q_spacing, error, npts and npts_max,
    %   which become members of PARAMS.
    names = {'q_spacing', 'error', 'npts', 'npts_max'};
    [numbers, rest] = euphonic.internal.options.leading_numbers(caller, args);
    [own, others] = euphonic.internal.options.split_options(caller, names, rest);
    [scale, params, width_is_named] = euphonic.internal.options.sqw_arguments(caller, [{numbers}, others]);
    params.error = 2;
    for name = fieldnames(own).'
        params.(name{1}) = double(own.(name{1}));
    end
end
