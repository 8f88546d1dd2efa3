function quantity = ureg(unit)
    %UREG   A unit, to make quantities with.
    %   T = 300 * EUPHONIC.UREG('K') is a temperature of 300 kelvin. Units: K, mK; fm, angstrom, nm, bohr; meV, eV,
    %   hartree, rydberg, THz; amu, electron_mass; e; and products of them such as 'hartree / bohr^2'. Plain numbers
    %   mean kelvin, fm (scattering lengths), angstrom and meV wherever a quantity is taken.
    %
    %   Example
    %       model = euphonic.CoherentCrystal(fc, 'temperature', 5 * euphonic.ureg('K'));
    %
    %   See also EUPHONIC.COHERENTCRYSTAL.
    if nargin == 1
        unit = euphonic.internal.options.plain(unit);
    end
    if nargin ~= 1 || ~ischar(unit)
        euphonic.internal.fail('ureg', 'invalid_argument', 'Expected the name of a unit, such as ''K''.');
    end
    euphonic.internal.unit_factor('ureg', unit);
    quantity = euphonic.internal.Quantity(1, unit);
end
