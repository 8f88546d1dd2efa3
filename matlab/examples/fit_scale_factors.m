% A fit of intensity and frequency scale, on made-up data and without Horace.
%
% Fits call a model again and again with the same q-points. The results are kept (see cache_limit in
% help euphonic.CoherentCrystal), so that only the first evaluation is a calculation.

here = fileparts(mfilename('fullpath'));
addpath(fileparts(here));

fc = euphonic.ForceConstants.from_json_file(fullfile(here, 'data', 'quartz_bks.json.gz'));
model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'asr', 'reciprocal', 'verbose', false);

% The pixels of a small cut: q-points and energy transfers
[h, e] = ndgrid(1.05:0.02:3.95, 1:0.5:60);
pixels = struct('h', h(:), 'k', zeros(numel(h), 1), 'l', 0.5 * ones(numel(h), 1), 'e', e(:));
sigma = 2 / sqrt(8 * log(2));

% "Measured": other factors than 1, and noise
true_factors = [1.3 1.02];
measured = zeros(size(pixels.e));
[w, sf] = model.horace_disp(pixels.h, pixels.k, pixels.l, true_factors);
for mode = 1:numel(w)
    measured = measured + sf{mode}(:) .* exp(-(pixels.e - w{mode}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
end
noise = 0.02 * max(measured) * sin((1:numel(measured)).' * 12.9898);
measured = measured + noise;

% Gauss-Newton
factors = [1 1];
began = tic();
evaluations = 0;
for iteration = 1:6
    columns = zeros(numel(measured), 3);
    for k = 1:3
        p = factors;
        if k > 1
            p(k - 1) = p(k - 1) * (1 + 1e-4);
        end
        [w, sf] = model.horace_disp(pixels.h, pixels.k, pixels.l, p);
        for mode = 1:numel(w)
            columns(:, k) = columns(:, k) + ...
                sf{mode}(:) .* exp(-(pixels.e - w{mode}(:)).^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi));
        end
        evaluations = evaluations + 1;
    end
    jacobian = (columns(:, 2:3) - columns(:, [1 1])) ./ (1e-4 * factors);
    factors = factors + (jacobian \ (measured - columns(:, 1))).';
end
fprintf('%d pixels, %d evaluations in %.2f s\n', numel(measured), evaluations, toc(began));
fprintf('intensity scale %.4f (made with %g), frequency scale %.5f (made with %g)\n', ...
    factors(1), true_factors(1), factors(2), true_factors(2));
