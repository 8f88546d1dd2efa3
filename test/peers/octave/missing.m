function value = missing()
    %MISSING   In the place of MATLAB's value of this name: NaN, which the peers' parameters are never.
    value = NaN;
end
