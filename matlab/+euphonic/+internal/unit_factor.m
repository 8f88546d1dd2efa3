function [factor, dimension] = unit_factor(caller, text)
    %UNIT_FACTOR   What a unit is in angstrom, amu, meV, elementary charges and kelvin.
    %   TEXT is a product of names with *, /, and integer powers after ^ or **, such as 'hartree / bohr ** 2'. DIMENSION
    %   has the powers of length, mass, energy, charge and temperature. Raises EUPHONIC:CALLER:unknown_unit.
    factor = 1;
    dimension = zeros(1, 5);
    text = euphonic.internal.options.plain(text);
    if ~ischar(text) || size(text, 1) ~= 1
        euphonic.internal.fail(caller, 'unknown_unit', 'Expected the name of a unit, such as ''meV''.');
    end
    rest = regexprep(strrep(text, '**', '^'), '\s', '');
    sign = 1;
    while true
        [token, last] = regexp(rest, '^([A-Za-z_]\w*|1)(\^-?\d)?', 'tokens', 'end', 'once');
        if isempty(token)
            unknown(caller, text, rest);
        end
        [one, kind] = base_unit(caller, text, token{1});
        power = sign;
        if numel(token) > 1 && ~isempty(token{2})
            power = sign * str2double(token{2}(2:end));
        end
        factor = factor * one^power;
        dimension = dimension + power * kind;
        rest = rest(last + 1:end);
        if isempty(rest)
            return
        elseif ~any(rest(1) == '*/')
            unknown(caller, text, rest);
        end
        sign = 1 - 2 * (rest(1) == '/');
        rest = rest(2:end);
    end
end

function [factor, dimension] = base_unit(caller, text, name)
    % Constants are CODATA 2018.
    angstrom_per_bohr = 0.529177210903;
    mev_per_hartree = 27211.386245988;
    amu_per_electron_mass = 1 / 1822.888486209;
    length_of = [1 0 0 0 0];
    mass = [0 1 0 0 0];
    energy = [0 0 1 0 0];
    charge = [0 0 0 1 0];
    temperature = [0 0 0 0 1];
    table = {'angstrom', 1, length_of
             'nm', 10, length_of
             'nanometer', 10, length_of
             'fm', 1e-5, length_of
             'bohr', angstrom_per_bohr, length_of
             'amu', 1, mass
             'unified_atomic_mass_unit', 1, mass
             'electron_mass', amu_per_electron_mass, mass
             'meV', 1, energy
             'millielectron_volt', 1, energy
             'eV', 1e3, energy
             'electron_volt', 1e3, energy
             'hartree', mev_per_hartree, energy
             'rydberg', mev_per_hartree / 2, energy
             'THz', 4.135667696923859, energy
             'e', 1, charge
             'elementary_charge', 1, charge
             'K', 1, temperature
             'kelvin', 1, temperature
             'mK', 1e-3, temperature
             'dimensionless', 1, zeros(1, 5)
             '1', 1, zeros(1, 5)};
    at = find(strcmp(name, table(:, 1)));
    if isempty(at)
        near = euphonic.internal.options.nearest(name, table(:, 1));
        if isempty(near)
            unknown(caller, text, name);
        end
        euphonic.internal.fail(caller, 'unknown_unit', 'There is no unit ''%s''. Did you mean ''%s''?', name, near);
    end
    factor = table{at, 2};
    dimension = table{at, 3};
end

function unknown(caller, text, part)
    euphonic.internal.fail(caller, 'unknown_unit', ...
        'The unit ''%s'' cannot be read from ''%s'' on; expected names such as meV, powers of them, * and /.', ...
        text, part);
end
