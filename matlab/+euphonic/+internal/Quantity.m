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
            [from, dimension] = euphonic.internal.unit_factor('ureg', self.unit);
            [to, wanted] = euphonic.internal.unit_factor('ureg', unit);
            if ~isequal(dimension, wanted)
                euphonic.internal.fail('ureg', 'other_kind', ...
                    'A quantity in %s cannot be given in %s.', self.unit, unit);
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
end
