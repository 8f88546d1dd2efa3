function ctrl_c(file)
    %CTRL_C   Ctrl-C in a MATLAB of Linux or macOS, or an Octave, that does nothing else.
    %   CTRL_C(FILE) writes `stopped after N s` into FILE where a calculation ends soon after the session is sent what Ctrl-C
    %   sends; what became of the session itself depends on how it was started. In Octave test_interrupt looks at more.
    if exist('OCTAVE_VERSION', 'builtin')
        session = getpid();
    else
        session = feature('getpid');
    end
    package = fileparts(which('euphonic.start'));
    data = fullfile(fileparts(package), 'examples', 'data', 'quartz_bks.json.gz');
    fc = euphonic.ForceConstants.from_json_file(data);
    model = euphonic.CoherentCrystal(fc, 'temperature', 300, 'verbose', false);
    qh = linspace(0.1, 3, 1e6);
    pressed_after = 5;
    system(sprintf('(sleep %d; kill -INT %d) >/dev/null 2>&1 &', pressed_after, session));
    started = tic();
    said = onCleanup(@() say(file, toc(started), pressed_after)); %#ok<NASGU>
    while toc(started) < 60
        model.horace_disp(qh, 0 * qh, 0 * qh + rand());
    end
end

function say(file, seconds, pressed_after)
    id = fopen(file, 'w');
    if seconds < pressed_after + 2
        fprintf(id, 'stopped after %.1f s\n', seconds);
    else
        fprintf(id, 'not stopped within %.1f s\n', seconds);
    end
    fclose(id);
end
