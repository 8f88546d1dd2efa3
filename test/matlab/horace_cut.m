function horace_cut(horace)
    %HORACE_CUT   A simulation by Horace itself, in MATLAB.
    %   HORACE_CUT(HORACE) simulates one of the cuts that come with the checkout of Horace in the folder HORACE.
    addpath(fullfile(horace, 'horace_core'));
    horace_init();
    cut = read_sqw(fullfile(horace, '_test', 'common_data', 'w1d_sqw.sqw'));
    package = fileparts(which('euphonic.start'));
    data = fullfile(fileparts(package), 'examples', 'data', 'quartz_bks.json.gz');
    model = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(data), 'temperature', 300, 'asr', 'reciprocal');
    % wide lines: the cut is of another crystal, whose energies may be between those of this one
    simulated = disp2sqw_eval(cut, @model.horace_disp, {1}, 50);
    signal = simulated.data.s(simulated.data.npix > 0);
    assert(~isempty(signal) && all(isfinite(signal)) && any(signal > 0));
    fprintf('Horace simulated %d bins, up to %g\n', numel(signal), max(signal));
end
