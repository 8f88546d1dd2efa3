classdef TestCase < handle
    %TESTCASE   In the place of MATLAB's class of this name, which Octave lacks.
    %   Has what the peers' tests use of it. A verification that does not hold is kept, and the test goes on: in FAILURES,
    %   or in ROUNDINGS where the constraint says that rounding explains it.
    properties
        failures = {}
        roundings = {}
    end
    methods

        function verifyThat(self, actual, constraint)
            [problem, is_rounding] = constraint(actual);
            if is_rounding
                self.roundings{end + 1} = problem;
            elseif ~isempty(problem)
                self.failures{end + 1} = problem;
            end
        end

        function assumeTrue(self, condition, reason) %#ok<INUSL>
            if ~condition
                error('peers:skip', '%s', reason);
            end
        end

    end
end
