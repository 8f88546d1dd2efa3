function fits()
    %FITS   Octave's side of the benchmark of fits: takes commands from standard input, one a line, and answers each with a
    %   line 'answer SECONDS'.
    %
    %       load FILE            read force constants
    %       points FILE          read q-points: little-endian doubles, h k l of each
    %       begin KIND COUNT KEEP   a fit of the first COUNT of them; KEEP 0: nothing is kept between evaluations
    %       iterate              the next step of it
    %
    %   KIND: scales (two scale factors of horace_disp, broadened here as Horace does), width (scale, frequency scale and
    %   width of horace_sqw), tobyfit (the same at ten points of each pixel, each a call of its own).
    fc = [];
    q = [];
    fit = [];
    printf('answer 0\n');
    fflush(stdout);
    while true
        line = next_line();
        if isempty(line)
            return
        end
        words = strsplit(line, ' ');
        began = tic();
        switch words{1}
            case 'load'
                fc = euphonic.ForceConstants.from_json_file(words{2});
            case 'points'
                file = fopen(words{2}, 'r', 'ieee-le');
                q = fread(file, [3, Inf], 'double').';
                fclose(file);
            case 'begin'
                fit = begin_fit(fc, words{2}, q(1:str2double(words{3}), :), str2double(words{4}) ~= 0);
            case 'iterate'
                fit = iterate(fit);
        end
        printf('answer %.9f\n', toc(began));
        fflush(stdout);
    end
end

function fit = begin_fit(fc, kind, q, keep)
    options = {'temperature', 300, 'negative_e', true, 'verbose', false};
    if ~keep
        options = [options, {'cache_limit', 0}];
    end
    model = euphonic.CoherentCrystal(fc, options{:});
    energy = 100 * (0.5 + 0.5 * sin(1:size(q, 1)).');
    switch kind
        case 'scales'
            evaluate = @(p) broadened(model, q, energy, p);
            fit.p = [1 1];
        case 'width'
            evaluate = @(p) model.horace_sqw(q(:, 1), q(:, 2), q(:, 3), energy, p);
            fit.p = [1 1 2];
        case 'tobyfit'
            evaluate = @(p) sampled(model, q, energy, p);
            fit.p = [1 1 2];
    end
    fit.evaluate = evaluate;
    fit.measured = evaluate(1.05 * fit.p);
    fit.lambda = 1;
    fit.now = evaluate(fit.p);
end

function fit = iterate(fit)
    %ITERATE   A step of Marquardt's method with forward differences, as Horace's multifit documents it.
    step = 1e-4;
    n = numel(fit.p);
    jacobian = zeros(numel(fit.now), n);
    for k = 1:n
        p = fit.p;
        p(k) = p(k) * (1 + step);
        jacobian(:, k) = (fit.evaluate(p) - fit.now) / (p(k) - fit.p(k));
    end
    left = fit.measured - fit.now;
    curvature = jacobian.' * jacobian;
    change = (curvature + fit.lambda * diag(diag(curvature))) \ (jacobian.' * left);
    next = fit.p + change.';
    values = fit.evaluate(next);
    if sum((fit.measured - values).^2) <= sum(left.^2)
        fit.p = next;
        fit.now = values;
        fit.lambda = fit.lambda / 10;
    else
        fit.lambda = fit.lambda * 10;
    end
end

function weight = broadened(model, q, energy, p)
    %BROADENED   Gaussians around the modes of each pixel, in the interpreter.
    [w, sf] = model.horace_disp(q(:, 1), q(:, 2), q(:, 3), p(1), p(2));
    sigma = 2 / sqrt(log(256));
    weight = zeros(size(energy));
    for mode = 1:numel(w)
        weight = weight + sf{mode}(:) .* exp(-(energy - w{mode}(:)).^2 / (2 * sigma^2));
    end
    weight = weight / (sigma * sqrt(2 * pi));
end

function weight = sampled(model, q, energy, p)
    %SAMPLED   The mean over points of the resolution function, the same ones in every evaluation.
    weight = zeros(size(energy));
    n = (1:size(q, 1)).';
    for point = 1:10
        shift = 0.01 * sin(point * n);
        weight = weight + model.horace_sqw(q(:, 1) + shift, q(:, 2) - shift, q(:, 3), energy + shift, p);
    end
    weight = weight / 10;
end
