function [w, sf] = scale_surfaces(w, sf, intensity_scale, frequency_scale, lim)
    %SCALE_SURFACES   Surfaces multiplied by their factors and cut at a limit.
    %   W, SF: 1xn cells of rows. When SF has more cells than W, those beyond belong to -W, which is appended.
    if frequency_scale ~= 1
        w = cellfun(@(row) row * frequency_scale, w, 'UniformOutput', false);
    end
    if numel(sf) > numel(w)
        w = [w, cellfun(@(row) -row, w, 'UniformOutput', false)];
    end
    if intensity_scale ~= 1
        sf = cellfun(@(row) row * intensity_scale, sf, 'UniformOutput', false);
    end
    if lim < Inf
        sf = cellfun(@(row) min(row, lim), sf, 'UniformOutput', false);
    end
end
