function tolerance = AbsoluteTolerance(bound)
    %ABSOLUTETOLERANCE   In the place of matlab.unittest.constraints.AbsoluteTolerance.
    tolerance = Tolerance(@(actual, expected) abs(actual - expected) <= bound);
end
