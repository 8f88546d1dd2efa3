function constraint = IsEqualTo(expected, within, tolerance)
    %ISEQUALTO   In the place of matlab.unittest.constraints.IsEqualTo for numbers: IsEqualTo(expected, 'within', bounds).
    %   [PROBLEM, IS_ROUNDING] = CONSTRAINT(ACTUAL): the problem is empty where the constraint holds.
    assert(strcmp(within, 'within'));
    constraint = @(actual) compared(actual, expected, tolerance);
end

function [problem, is_rounding] = compared(actual, expected, tolerance)
    problem = '';
    is_rounding = false;
    if ~strcmp(class(actual), class(expected)) || ~isequal(size(actual), size(expected))
        problem = sprintf('expected %s of %s, found %s of %s', class(expected), mat2str(size(expected)), ...
            class(actual), mat2str(size(actual)));
        return
    end
    beyond = ~tolerance.within(actual, expected);
    if ~any(beyond(:))
        return
    end
    actual = actual(beyond);
    expected = expected(beyond);
    [difference, worst] = max(abs(actual - expected));
    problem = sprintf('%d of %d elements are beyond the bounds, such as %g where %g is expected', ...
        numel(expected), numel(beyond), actual(worst), expected(worst));
    % Frequencies near zero are square roots of what rounding leaves. With the reciprocal sum rule, under which the peers
    % calculate, their authors compare frequencies within 0.01 meV elsewhere; none below that can be an intensity, since
    % those are compared within 0.01 mbarn.
    is_rounding = difference <= 0.01 && max(abs(expected)) <= 0.01;
end
