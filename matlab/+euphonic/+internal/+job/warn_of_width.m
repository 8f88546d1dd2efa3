function warned = warn_of_width(caller, coefficients, en)
    %WARN_OF_WIDTH   Warn if a width is not positive.
    %   It is a polynomial in the energy transfers EN with ascending COEFFICIENTS. WARNED: whether it was so.
    widths = polyval(fliplr(coefficients), en);
    [least, at] = min(widths);
    warned = ~isempty(widths) && least <= 0;
    if warned
        warning(['EUPHONIC:' caller ':width'], ...
            ['The width is %g meV at an energy transfer of %g meV; expected a number > 0. The calculation takes ' ...
             'its absolute value, at least 1e-6 meV.'], least, en(at));
    end
end
