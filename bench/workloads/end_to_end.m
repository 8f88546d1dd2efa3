function end_to_end()
    %END_TO_END   Octave's side of the end-to-end benchmark: takes commands from standard input, one a line, and answers
    %   each with a line 'answer SECONDS'.
    %
    %       load FILE            read force constants (starts the daemon if there is none)
    %       points FILE          read q-points: little-endian doubles, h k l of each
    %       run COUNT SHIFT      horace_disp at the first COUNT of them, SHIFT (r.l.u.) added to h: kept results of an
    %                            earlier run do not count
    %       temperature KELVIN   for what follows, with energies of both signs
    %       sqw COUNT SHIFT      horace_sqw with Gaussians, one energy for each pixel
    %       disp_sqw COUNT SHIFT the same from horace_disp, broadened here as Horace does
    %       keep BYTES           keep results under this limit
    %       rescale COUNT SHIFT  horace_disp with scale factors, at points whose results are kept
    %       copy COUNT SHIFT     what copying these results takes
    %       ping                 a message to the daemon and back, by the MEX function alone
    model = [];
    q = [];
    width = 1.5;  % FWHM, meV
    printf('answer 0\n');
    fflush(stdout);
    while true
        line = next_line();
        if isempty(line)
            return
        end
        words = strsplit(line, ' ');
        begin = tic();
        switch words{1}
            case 'load'
                model = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(words{2}), 'verbose', false);
            case 'points'
                file = fopen(words{2}, 'r', 'ieee-le');
                q = fread(file, [3, Inf], 'double').';
                fclose(file);
            case 'run'
                [qh, qk, ql] = shifted(q, words);
                begin = tic();
                [w, sf] = model.horace_disp(qh, qk, ql);
            case 'ping'
                address = euphonic.internal.connection.live_address('bench');
                begin = tic();
                euphonic.internal.gateway('request', address, 'control', 'ping', struct(), [], 10);
            case 'temperature'
                model = euphonic.CoherentCrystal(model.force_constants, 'verbose', false, 'negative_e', true, ...
                    'temperature', str2double(words{2}));
            case 'keep'
                model.cache_limit = str2double(words{2});
            case {'rescale', 'copy'}
                [qh, qk, ql] = shifted(q, words);
                begin = tic();
                [w, sf] = model.horace_disp(qh, qk, ql, 1.5, 0.9);
                if strcmp(words{1}, 'copy')
                    begin = tic();
                    copied = cellfun(@(row) row + 0, [w, sf], 'UniformOutput', false);
                end
            case {'sqw', 'disp_sqw'}
                [qh, qk, ql] = shifted(q, words);
                energy = 150 * sin(1:numel(qh)).';
                begin = tic();
                if strcmp(words{1}, 'sqw')
                    weight = model.horace_sqw(qh, qk, ql, energy, [1 1 width], 'shape', 'gauss');
                else
                    weight = broadened(model, qh, qk, ql, energy, width);
                end
        end
        printf('answer %.9f\n', toc(begin));
        fflush(stdout);
        clear w sf weight copied
    end
end

function [qh, qk, ql] = shifted(q, words)
    %SHIFTED   The first COUNT q-points with SHIFT added to h, as a command's words say.
    count = str2double(words{2});
    qh = q(1:count, 1) + str2double(words{3});
    qk = q(1:count, 2);
    ql = q(1:count, 3);
end

function weight = broadened(model, qh, qk, ql, energy, width)
    %BROADENED   Gaussians of full width WIDTH around the modes of each pixel, in the interpreter.
    [w, sf] = model.horace_disp(qh, qk, ql);
    sigma = width / sqrt(log(256));
    weight = zeros(size(energy));
    for mode = 1:numel(w)
        weight = weight + sf{mode}(:) .* exp(-(energy - w{mode}(:)).^2 / (2 * sigma^2));
    end
    weight = weight / (sigma * sqrt(2 * pi));
end
