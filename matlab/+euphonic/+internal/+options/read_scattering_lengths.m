function lengths = read_scattering_lengths(file)
    %READ_SCATTERING_LENGTHS   Scattering lengths in a JSON file, as the option of this name takes them.
    %   The file has an object of atom type and length in fm (a number, [re, im], or a name such as "62Ni"), a list
    %   with one for each atom, or a collection as Euphonic has
    %   them, with physical_properties.coherent_scattering_length.
    try
        content = jsondecode(fileread(file));
    catch problem
        euphonic.internal.fail('scattering_lengths', 'file_damaged', ...
            'The file %s of scattering lengths is not JSON: %s', file, problem.message);
    end
    factor = 1;
    if isstruct(content) && isfield(content, 'physical_properties')
        content = content.physical_properties;
        if ~isfield(content, 'coherent_scattering_length')
            euphonic.internal.fail('scattering_lengths', 'file_damaged', ...
                'The file %s has no coherent_scattering_length among its physical_properties.', file);
        end
        content = content.coherent_scattering_length;
        units = fieldnames(content);
        units = units(~cellfun('isempty', strfind(units, 'units__')));
        if numel(units) ~= 1
            euphonic.internal.fail('scattering_lengths', 'file_damaged', ...
                'The file %s does not say the unit (__units__) of its coherent_scattering_length.', file);
        end
        factor = euphonic.internal.unit_factor('scattering_lengths', content.(units{1})) / ...
            euphonic.internal.unit_factor('scattering_lengths', 'fm');
        content = rmfield(content, units{1});
    end
    if ~isstruct(content)
        lengths = content;
        if isnumeric(content) && size(content, 2) == 2
            lengths = complex(content(:, 1), content(:, 2));
        elseif iscell(content)
            lengths = cellfun(@number, content, 'UniformOutput', false);
        end
        return
    end
    lengths = struct();
    for name = fieldnames(content).'
        value = number(content.(name{1}));
        if ischar(value) || (isnumeric(value) && isscalar(value) && isfinite(value))
            if isnumeric(value)
                value = value * factor;
            end
            % a name that starts with a digit, such as 62Ni, becomes that of a field: x62Ni
            lengths.(regexprep(name{1}, '^x(\d+)([A-Z][a-z]?)$', '$2$1')) = value;
        end
    end
end

function value = number(value)
    if isstruct(value) && isfield(value, 'real') && isfield(value, 'imag')
        value = complex(value.real, value.imag);
    elseif isnumeric(value) && numel(value) == 2
        value = complex(value(1), value(2));
    end
end
