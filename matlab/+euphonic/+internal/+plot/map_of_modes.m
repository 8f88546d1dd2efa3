function map = map_of_modes(energy, w, sf, fwhm)
    %MAP_OF_MODES   Intensities, numel(ENERGY) x number of q-points: a Gaussian of unit area for every mode.
    %   ENERGY: a column, meV; W, SF: cells of frequencies (meV) and structure factors, a row of q-points for each mode;
    %   FWHM in meV.
    sigma = fwhm / sqrt(8 * log(2));
    map = zeros(numel(energy), numel(w{1}));
    for mode = 1:numel(w)
        map = map + sf{mode} .* exp(-(energy - w{mode}).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
    end
end
