function params = parameters(caller, args, names)
    %PARAMETERS   Options of a spectrum as parameters of a request to the daemon; see PROTOCOL.md.
    %   ARGS: name-value pairs. NAMES: options there are, in their long form. The command line's short forms are
    %   taken, too.
    short = struct('eb', 'energy_broadening', 'qb', 'q_broadening', 'e_i', 'e_incident', 'e_f', 'e_final', ...
        'w', 'weighting', 'n', 'npts');
    for name = fieldnames(short).'
        at = find(cellfun(@(arg) isequal(arg, name{1}), args(1:2:end)), 1);
        if ~isempty(at) && any(strcmp(short.(name{1}), names))
            args{2 * at - 1} = short.(name{1});
        end
    end
    given = euphonic.internal.options.name_values(caller, names, args);
    % arrays also when they have one number
    arrays = {'energy_broadening', 'q_broadening', 'grid', 'zone', 'angle_range'};
    flags = {'adaptive', 'converge'};
    params = struct();
    for name = fieldnames(given).'
        value = given.(name{1});
        if any(strcmp(name{1}, arrays)) && isnumeric(value)
            value = num2cell(double(value(:).'));
        elseif any(strcmp(name{1}, flags)) || (strcmp(name{1}, 'pdos') && (isnumeric(value) || islogical(value)))
            value = any(value ~= 0);
        elseif strcmp(name{1}, 'pdos') && ischar(value) && any(strcmp('pdos_by', names))
            value = {value};
        elseif isnumeric(value) && ~strcmp(name{1}, 'q')
            value = double(value);
        end
        params.(name{1}) = value;
    end
end
