function totals = run_files(folder, wanted)
    %RUN_FILES   Run the tests of all test_*.m in a folder with a daemon of their own.
    %   TOTALS is [passed failed skipped]. WANTED: run only tests whose 'file: name' contains this text.
    old_file = getenv('EUPHONIC_CONNECTION');
    own = tempname();
    mkdir(own);
    setenv('EUPHONIC_CONNECTION', fullfile(own, 'connection.json'));
    old_limit = getenv('EUPHONIC_CACHE_BYTES');
    setenv('EUPHONIC_CACHE_BYTES', '0');  % a result that was kept would hide what a test is about
    restore = onCleanup(@() clean_up(own, old_file, old_limit));
    totals = [0 0 0];
    files = dir(fullfile(folder, 'test_*.m'));
    for i = 1:numel(files)
        name = files(i).name(1:end - 2);
        tests = feval(name);
        tests = tests(cellfun(@nargin, tests) == 0);
        for k = 1:numel(tests)
            title = [name ': ' strrep(func2str(tests{k}), '_', ' ')];
            if isempty(strfind(title, wanted)) && ~isempty(wanted) %#ok<STREMP>
                continue
            end
            verdict = run_one(title, tests{k});
            totals(verdict) = totals(verdict) + 1;
        end
    end
    clear restore;
end

function verdict = run_one(title, test)
    words = {'passed ', 'failed ', 'skipped'};
    began = tic();
    detail = '';
    try
        test();
        verdict = 1;
    catch problem
        detail = sprintf('\n          %s', strrep(problem.message, sprintf('\n'), sprintf('\n          ')));
        if strcmp(problem.identifier, 'support:skip')
            verdict = 3;
        else
            verdict = 2;
            for frame = problem.stack(1:min(4, end)).'
                detail = sprintf('%s\n          at %s line %d', detail, frame.name, frame.line);
            end
            detail = sprintf('%s\n          [%s]', detail, problem.identifier);
        end
    end
    fprintf('  %s %s (%.2f s)%s\n', words{verdict}, title, toc(began), detail);
    if exist('OCTAVE_VERSION', 'builtin')
        fflush(stdout);
    end
end

function clean_up(own, old_file, old_limit)
    euphonic.stop();
    setenv('EUPHONIC_CACHE_BYTES', old_limit);
    setenv('EUPHONIC_CONNECTION', old_file);
    if exist('OCTAVE_VERSION', 'builtin')
        confirm_recursive_rmdir(false, 'local');
    end
    rmdir(own, 's');
end
