classdef Quantity
    %QUANTITY   A number with a unit, made by euphonic.ureg.
    %   300 * euphonic.ureg('K') is a temperature; functions that take a quantity convert it with IN.
    properties (SetAccess = private)
        value  % number or array
        unit   % name as given to euphonic.ureg
    end
    methods

        function self = Quantity(value, unit)
            self.value = value;
            self.unit = unit;
        end

        function number = in(self, unit)
            %IN   The number in another unit of the same kind; raises EUPHONIC:ureg:other_kind.
            [from, kind] = euphonic.internal.Quantity.factor(self.unit);
            [to, other_kind] = euphonic.internal.Quantity.factor(unit);
            if ~strcmp(kind, other_kind)
                euphonic.internal.fail('ureg', 'other_kind', 'A quantity in %s (%s) cannot be given in %s (%s).', ...
                    self.unit, kind, unit, other_kind);
            end
            number = self.value * (from / to);
        end

        function c = mtimes(a, b)
            if isnumeric(a)
                c = euphonic.internal.Quantity(a * b.value, b.unit);
            elseif isnumeric(b)
                c = euphonic.internal.Quantity(a.value * b, a.unit);
            else
                euphonic.internal.fail('ureg', 'two_units', 'A product of two units is not known here.');
            end
        end

        function c = times(a, b)
            c = mtimes(a, b);
        end

        function c = mrdivide(a, b)
            if ~isnumeric(b)
                euphonic.internal.fail('ureg', 'two_units', 'A quotient of units is not known here.');
            end
            c = euphonic.internal.Quantity(a.value / b, a.unit);
        end

        function c = rdivide(a, b)
            c = mrdivide(a, b);
        end

        function c = uminus(self)
            c = euphonic.internal.Quantity(-self.value, self.unit);
        end

        function disp(self)
            fprintf('    %s %s\n', mat2str(self.value), self.unit);
        end

    end
    methods (Static)

        function [value, kind] = factor(unit)
            %FACTOR   What one of this unit is in K, fm, angstrom, meV or amu, and which kind of quantity it measures.
            %   Raises EUPHONIC:ureg:unknown_unit.
            units = {'K', 'temperature', 1
                     'kelvin', 'temperature', 1
                     'mK', 'temperature', 1e-3
                     'fm', 'length', 1e-5
                     'angstrom', 'length', 1
                     'nm', 'length', 10
                     'bohr', 'length', 0.529177210903
                     'meV', 'energy', 1
                     'eV', 'energy', 1e3
                     'hartree', 'energy', 27211.386245988
                     'THz', 'energy', 4.135667696
                     'amu', 'mass', 1
                     'dimensionless', 'number', 1};
            at = find(strcmp(unit, units(:, 1)));
            if isempty(at)
                near = euphonic.internal.nearest(unit, units(:, 1));
                if isempty(near)
                    near = 'K';
                end
                euphonic.internal.fail('ureg', 'unknown_unit', ...
                    'There is no unit ''%s''. Did you mean ''%s''?', unit, near);
            end
            kind = units{at, 2};
            value = units{at, 3};
        end

    end
end
