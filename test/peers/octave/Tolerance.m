classdef Tolerance
    %TOLERANCE   How far an element may be from what is expected: by any one of several bounds.
    %   WITHIN is a function of the actual and the expected values; A | B allows what A or B allows.
    properties
        within
    end
    methods

        function self = Tolerance(within)
            self.within = within;
        end

        function either = or(a, b)
            either = Tolerance(@(actual, expected) a.within(actual, expected) | b.within(actual, expected));
        end

    end
end
