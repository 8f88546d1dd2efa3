function which = ismissing(value)
    %ISMISSING   In the place of MATLAB's function, for what MISSING returns and for numbers.
    which = isnan(value);
end
