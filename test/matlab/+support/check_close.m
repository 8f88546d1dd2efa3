function check_close(expected, found, tolerance)
    %CHECK_CLOSE   Fail unless {w, sf} of two calculations agree.
    %   Frequencies relative to the largest, intensities summed over the modes of each q-point.
    [w0, w1] = deal(cell2mat(expected{1}.'), cell2mat(found{1}.'));
    support.check(max(abs(w0(:) - w1(:))) <= tolerance * max(w0(:)), 'the same frequencies, found %g off', ...
        max(abs(w0(:) - w1(:))) / max(w0(:)));
    [s0, s1] = deal(sum(cell2mat(expected{2}.')), sum(cell2mat(found{2}.')));
    support.check(max(abs(s0 - s1) ./ s0) <= tolerance, 'the same intensities, found %g off', max(abs(s0 - s1) ./ s0));
end
