classdef Quantity
    %QUANTITY   A number with a unit, made by euphonic.ureg.
    %   300 * euphonic.ureg('K') is a temperature; functions that take a quantity convert it with IN. Q.magnitude is the
    %   number, Q.units the name of the unit, Q.to('meV') the same quantity in another unit.
    properties (SetAccess = private)
        magnitude  % number or array
        units      % name as given to euphonic.ureg
    end
    methods

        function self = Quantity(magnitude, units)
            self.magnitude = magnitude;
            self.units = units;
        end

        function number = in(self, unit)
            %IN   The number in another unit of the same kind; raises EUPHONIC:ureg:other_kind.
            [from, dimension] = euphonic.internal.unit_factor('ureg', self.units);
            [to, wanted] = euphonic.internal.unit_factor('ureg', unit);
            if ~isequal(dimension, wanted)
                euphonic.internal.fail('ureg', 'other_kind', ...
                    'A quantity in %s cannot be given in %s: these are units of different things.', ...
                    self.units, unit);
            end
            number = self.magnitude * (from / to);
        end

        function other = to(self, unit)
            %TO   The same quantity in another unit of its kind.
            other = euphonic.internal.Quantity(self.in(unit), unit);
        end

        function number = double(self)
            %DOUBLE   The magnitude.
            number = double(self.magnitude);
        end

        function c = mtimes(a, b)
            if isnumeric(a)
                c = euphonic.internal.Quantity(a * b.magnitude, b.units);
            elseif isnumeric(b)
                c = euphonic.internal.Quantity(a.magnitude * b, a.units);
            else
                euphonic.internal.fail('ureg', 'two_units', ...
                    'A product of two quantities cannot be calculated. Multiply a quantity by a number.');
            end
        end

        function c = times(a, b)
            c = mtimes(a, b);
        end

        function c = mrdivide(a, b)
            if ~isnumeric(b)
                euphonic.internal.fail('ureg', 'two_units', ...
                    'A quotient of two quantities cannot be calculated. Divide a quantity by a number.');
            end
            c = euphonic.internal.Quantity(a.magnitude / b, a.units);
        end

        function c = rdivide(a, b)
            c = mrdivide(a, b);
        end

        function c = uminus(self)
            c = euphonic.internal.Quantity(-self.magnitude, self.units);
        end

        function disp(self)
            fprintf('    %s %s\n', mat2str(self.magnitude), self.units);
        end

    end
end
