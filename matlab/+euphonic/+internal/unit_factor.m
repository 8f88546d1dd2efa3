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
    table = base_units();
    at = find(strcmp(name, table(:, 1)));
    scale = 1;
    prefixed = regexp(name, '^(femto|pico|nano|micro|milli|centi|kilo)([a-z_]+)$', 'tokens', 'once');
    if isempty(at) && ~isempty(prefixed)
        powers = struct('femto', -15, 'pico', -12, 'nano', -9, 'micro', -6, 'milli', -3, 'centi', -2, 'kilo', 3);
        scale = 10^powers.(prefixed{1});
        at = find(strcmp(prefixed{2}, table(:, 1)));
    end
    if isempty(at)
        near = euphonic.internal.options.nearest(name, table(:, 1));
        if isempty(near)
            unknown(caller, text, name);
        end
        euphonic.internal.fail(caller, 'unknown_unit', 'There is no unit ''%s''. Did you mean ''%s''?', name, near);
    end
    factor = scale * table{at, 2};
    dimension = table{at, 3};
end

function table = base_units()
    % Names, values and powers of length, mass, energy, charge and temperature. Constants are CODATA 2018.
    angstrom_per_bohr = 0.529177210903;
    mev_per_hartree = 27211.386245988;
    amu_per_electron_mass = 1 / 1822.888486209;
    length_of = [1 0 0 0 0];
    mass = [0 1 0 0 0];
    energy = [0 0 1 0 0];
    charge = [0 0 0 1 0];
    temperature = [0 0 0 0 1];
    % an energy is a mass times the square of a length over a time
    time = [1 0.5 -0.5 0 0];
    joule = 1 / 1.602176634e-22;
    gram = 1 / 1.6605390666e-24;
    coulomb = 1 / 1.602176634e-19;
    permittivity = [-1 0 -1 2 0];
    of_vacuum = 1 / (4 * pi * angstrom_per_bohr * mev_per_hartree);
    table = {'angstrom', 1, length_of
             'nm', 10, length_of
             'nanometer', 10, length_of
             'pm', 1e-2, length_of
             'm', 1e10, length_of
             'meter', 1e10, length_of
             'fm', 1e-5, length_of
             'bohr', angstrom_per_bohr, length_of
             'amu', 1, mass
             'unified_atomic_mass_unit', 1, mass
             'u', 1, mass
             'dalton', 1, mass
             'atomic_mass_constant', 1, mass
             'g', gram, mass
             'gram', gram, mass
             'kg', 1e3 * gram, mass
             'electron_mass', amu_per_electron_mass, mass
             'meV', 1, energy
             'millielectron_volt', 1, energy
             'eV', 1e3, energy
             'electron_volt', 1e3, energy
             'hartree', mev_per_hartree, energy
             'rydberg', mev_per_hartree / 2, energy
             'Ry', mev_per_hartree / 2, energy
             'J', joule, energy
             'joule', joule, energy
             'N', joule / 1e10, energy - length_of
             'newton', joule / 1e10, energy - length_of
             'dyne', joule / 1e15, energy - length_of
             'second', sqrt(gram * 1e20 / joule * 1e3), time
             'THz', 4.135667696923859, energy
             'e', 1, charge
             'C', coulomb, charge
             'coulomb', coulomb, charge
             'farad', coulomb^2 / joule, 2 * charge - energy
             'vacuum_permittivity', of_vacuum, permittivity
             'elementary_charge', 1, charge
             'K', 1, temperature
             'kelvin', 1, temperature
             'mK', 1e-3, temperature
             'dimensionless', 1, zeros(1, 5)
             '1', 1, zeros(1, 5)};
end

function unknown(caller, text, part)
    euphonic.internal.fail(caller, 'unknown_unit', ...
        'The unit ''%s'' cannot be read from ''%s'' on; expected names such as meV, powers of them, * and /.', ...
        text, part);
end
