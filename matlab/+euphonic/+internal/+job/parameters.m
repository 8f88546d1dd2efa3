function params = parameters(options, quantity)
    %PARAMETERS   Options of a calculation as parameters of a request to the daemon; see PROTOCOL.md.
    %   OPTIONS: struct of options in their standard form; those that euphonic.internal.options.table says are sent
    %   become PARAMS, unless they are 'None', which the daemon takes for what is absent. QUANTITY, where it is given:
    %   'frequencies', 'structure_factor', 'sqw' or 'modes'.
    params = struct();
    if nargin > 1
        params.quantity = quantity;
    end
    for row = reshape(euphonic.internal.options.table(), 1, [])
        if ~isempty(row.sent) && isfield(options, row.name) && ~euphonic.internal.options.is_none(options.(row.name))
            params.(row.sent) = options.(row.name);
        end
    end
    if isfield(params, 'scattering_lengths')
        params.scattering_lengths = lengths_as_pairs(params.scattering_lengths);
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
