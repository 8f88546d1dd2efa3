function params = parameters(options, quantity)
    %PARAMETERS   Options of a calculation as the parameters of job.open; see PROTOCOL.md.
    %   OPTIONS, in the form that euphonic.internal.options.check gives them: struct or object.
    %   QUANTITY: 'frequencies', 'structure_factor', 'sqw' or 'modes'.
    params = struct('quantity', quantity, 'asr', none_as_empty(options.asr), 'dipole', options.dipole, ...
        'dipole_parameter', options.dipole_parameter, 'splitting', options.splitting, ...
        'n_threads', none_as_empty(options.n_threads));
    if any(strcmp(quantity, {'frequencies', 'modes'})) && isfield(options, 'return_mode_gradients')
        params.mode_gradients = options.return_mode_gradients;
    end
    if any(strcmp(quantity, {'structure_factor', 'sqw'}))
        params.temperature = none_as_empty(options.temperature);
        params.bose = options.bose;
        params.negative_e = options.negative_e;
        params.scattering_lengths = lengths_as_pairs(options.scattering_lengths);
    end
end

function value = none_as_empty(value)
    if euphonic.internal.options.is_none(value)
        value = [];
    end
end

function lengths = lengths_as_pairs(lengths)
    if isnumeric(lengths)
        lengths = num2cell(lengths);
    end
    if isstruct(lengths)
        lengths = structfun(@pair, lengths, 'UniformOutput', false);
    elseif iscell(lengths)
        lengths = cellfun(@pair, lengths(:).', 'UniformOutput', false);
    end
end

function b = pair(b)
    if ~isreal(b)
        b = [real(b), imag(b)];
    end
end
