function tests = test_examples()
    %TEST_EXAMPLES   The scripts in matlab/examples run, except those that need Horace, which say so.
    tests = localfunctions();
end

function the_first_script_prints_modes()
    text = run_example('first_script');
    support.check(numel(strfind(text, 'meV')) == 18, '18 modes, found\n%s', text);
end

function the_quartz_map_is_made()
    text = run_example('quartz_map');
    picture = regexp(text, 'picture of S\(Q,w\) is (.*\.png)', 'tokens', 'once');
    support.check(~isempty(picture) && exist(picture{1}, 'file') == 2, 'a picture, found\n%s', text);
    support.check(~isempty(regexp(text, '[\d.]+ us per q-point on \d+ threads', 'once')), 'the time, found\n%s', text);
    facts = euphonic.status();
    support.check(facts.running, 'a daemon that was alive before to stay alive');
end

function dispersion_curves_are_drawn()
    text = run_example('dispersion_plot');
    support.check(numel(strfind(text, '.png')) == 2, 'two pictures, found\n%s', text);
end

function line_shapes_are_drawn()
    text = run_example('line_shapes');
    support.check(numel(strfind(text, 'mbarn/meV')) == 3 && ~isempty(strfind(text, '.png')), ...
        'three scans and a picture, found\n%s', text); %#ok<STREMP>
end

function spectra_are_calculated()
    text = run_example('spectra_script');
    support.check(~isempty(strfind(text, 'calculated anew: 0')), 'spheres that are kept, found\n%s', text); %#ok<STREMP>
end

function the_fit_finds_its_factors()
    text = run_example('fit_scale_factors');
    found = regexp(text, 'scale ([\d.]+) \(made with ([\d.]+)\)', 'tokens');
    support.check(numel(found) == 2, 'two factors, found\n%s', text);
    for i = 1:2
        values = str2double(found{i});
        support.check(abs(values(1) / values(2) - 1) < 0.01, 'the factor %g, found %g', values(2), values(1));
    end
end

function examples_with_horace_ask_for_it()
    if ~isempty(which('disp2sqw_eval'))
        support.skip('Horace is there');
    end
    for name = {'horace_cut', 'horace_fit'}
        support.check_error('EUPHONIC:examples:no_horace', 'horace_on', @() run_example(name{1}));
    end
end

function text = run_example(name)
    euphonic.start();
    [~] = euphonic.start();
    % those that came with the package: they put it on the path
    examples = fullfile(fileparts(fileparts(which('euphonic.start'))), 'examples');
    before = addpath(examples);
    cleanup = onCleanup(@() path(before));
    % their pictures go to the current folder
    here = cd(tempdir());
    back = onCleanup(@() cd(here));
    text = evalc('in_its_own_workspace(name);');
end

function in_its_own_workspace(name)
    eval([name ';']);
end
