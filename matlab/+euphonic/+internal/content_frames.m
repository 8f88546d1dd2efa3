function [params, frames] = content_frames(caller, content)
    %CONTENT_FRAMES   A struct of force constants as the parameters and arrays of model.put; see PROTOCOL.md.
    %   CONTENT has the fields of Euphonic's JSON form: see euphonic.ForceConstants.from_dict.
    content = euphonic.internal.options.plain(content);
    if ~isstruct(content) || ~isscalar(content)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected a struct with the content of force constants, found a value of class %s.', class(content));
    end
    crystal = euphonic.internal.options.plain(field(caller, content, 'crystal'));
    mass = numbers(caller, crystal, 'atom_mass', [], 'amu');
    n = numel(mass);
    origins = field(caller, content, 'cell_origins');
    if isvector(origins)
        origins = reshape(origins, 1, []);
    end
    n_cells = size(origins, 1);
    frame = @(name, value, shape) euphonic.internal.connection.frame(name, value, shape);
    sc_matrix = integers(caller, 'sc_matrix', field(caller, content, 'sc_matrix'), [3 3]);
    frames = [frame('cell_vectors', numbers(caller, crystal, 'cell_vectors', [3 3], 'angstrom'), [3 3])
              frame('atom_r', numbers(caller, crystal, 'atom_r', [n 3]), [n 3])
              frame('atom_mass', mass, n)
              frame('sc_matrix', int32(sc_matrix), [3 3])
              frame('cell_origins', int32(integers(caller, 'cell_origins', origins, [n_cells 3])), [n_cells 3])
              frame('force_constants', numbers(caller, content, 'force_constants', [n_cells, 3 * n, 3 * n], ...
                                               'hartree/bohr^2'), [n_cells, 3 * n, 3 * n])];
    present = @(name) isfield(content, name) && ~isempty(content.(name));
    if present('born') ~= present('dielectric')
        warning(['EUPHONIC:' caller ':not_polar'], ...
                'Of Born charges and dielectric tensor one is missing: the crystal is taken for not polar.');
    elseif present('born')
        frames = [frames
                  frame('born', numbers(caller, content, 'born', [n 3 3], 'e'), [n 3 3])
                  frame('dielectric', numbers(caller, content, 'dielectric', [3 3], 'e^2/bohr/hartree'), [3 3])];
    end
    params = struct('atom_type', {element_names(caller, field(caller, crystal, 'atom_type'), n)});
end

function value = field(caller, owner, name)
    if ~isstruct(owner) || ~isfield(owner, name)
        euphonic.internal.fail(caller, 'missing_field', 'The field ''%s'' is missing.', name);
    end
    value = owner.(name);
end

function value = numbers(caller, owner, name, shape, unit)
    % A real array of the given size; with UNIT, converted to it from what the field <name>_unit says.
    value = field(caller, owner, name);
    if ~isempty(shape)
        check_size(caller, name, value, shape);
    end
    if ~isnumeric(value) || ~isreal(value) || ~all(isfinite(value(:)))
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'The field ''%s'' is not an array of real, finite numbers.', name);
    end
    value = double(value);
    if nargin > 4
        [from, dimension] = euphonic.internal.unit_factor(caller, field(caller, owner, [name '_unit']));
        [to, wanted] = euphonic.internal.unit_factor(caller, unit);
        % a permittivity may be relative to vacuum, which is the same number
        if strcmp(name, 'dielectric') && ~any(dimension)
            return
        end
        if ~isequal(dimension, wanted)
            euphonic.internal.fail(caller, 'invalid_argument', ...
                'The field ''%s_unit'' is ''%s'', which cannot be converted to %s; expected a unit of its kind.', ...
                name, owner.([name '_unit']), unit);
        end
        value = value * (from / to);
    end
end

function value = integers(caller, name, value, shape)
    check_size(caller, name, value, shape);
    if ~isnumeric(value) || ~isreal(value) || any(value(:) ~= round(value(:)))
        euphonic.internal.fail(caller, 'invalid_argument', 'The field ''%s'' has numbers that are not integers.', name);
    end
end

function check_size(caller, name, value, shape)
    found = size(value);
    found(end + 1:numel(shape)) = 1;
    if ~isequal(found, shape)
        euphonic.internal.fail(caller, 'size_mismatch', 'The field ''%s'' is %s; expected %s.', name, ...
            euphonic.internal.size_text(value), strjoin(arrayfun(@int2str, shape, 'UniformOutput', false), 'x'));
    end
end

function names = element_names(caller, names, n)
    names = euphonic.internal.options.plain(names);
    if ischar(names)
        names = strtrim(cellstr(names));
    end
    names = reshape(names, 1, []);
    if ~iscell(names) || numel(names) ~= n || ~all(cellfun(@ischar, names))
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'The field ''atom_type'' is %s; expected a cell of element symbols, one for each of %d masses.', ...
            euphonic.internal.shown(names), n);
    end
end
