function tolerance = RelativeTolerance(bound)
    %RELATIVETOLERANCE   In the place of matlab.unittest.constraints.RelativeTolerance.
    tolerance = Tolerance(@(actual, expected) abs(actual - expected) <= bound * abs(expected));
end
