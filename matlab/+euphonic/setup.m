function facts = setup(varargin)
    %SETUP   Check the installation, complete it where possible, and say what was found.
    %   EUPHONIC.SETUP looks for the daemon and its Node.js, builds the MEX function if it is missing and a compiler is
    %   there, starts the daemon and compares versions. It prints what it finds. Name-value pairs:
    %
    %       home      folder of the daemon, to be remembered as getpref('euphonic', 'home') ('None')
    %       startup   add a line to startup.m (Octave: .octaverc) that puts this package on the path and starts the
    %                 daemon in every session (false)
    %
    %   FACTS = EUPHONIC.SETUP(...) returns the findings as a struct: ready (logical), package, other_packages (cell of
    %   other folders on the path that have a package named euphonic), version, command, origin, gateway, built
    %   (logical), connection_file, daemon (what EUPHONIC.STATUS says), startup_file, problems (cell).
    %
    %   Where Node.js is not on the PATH that MATLAB has, the environment variable EUPHONIC_NODE names the program.
    %
    %   Example
    %       euphonic.setup('startup', true)
    %
    %   See also EUPHONIC.START, EUPHONIC.BUILD, EUPHONIC.STATUS.
    caller = 'setup';
    options = euphonic.internal.options.name_values(caller, {'home', 'startup'}, varargin);
    if isfield(options, 'home')
        set_home(caller, options.home);
    end
    result = struct('ready', false, 'package', fileparts(fileparts(mfilename('fullpath'))), ...
        'other_packages', {{}}, 'version', euphonic.internal.version(), 'command', {{}}, 'origin', '', ...
        'gateway', '', 'built', false, 'connection_file', '', 'daemon', [], 'startup_file', '', 'problems', {{}});
    for step = {@find_packages, @find_gateway, @find_daemon, @start_daemon}
        try
            result = step{1}(result);
        catch problem
            result.problems{end + 1} = problem.message;
            break
        end
    end
    result.ready = isempty(result.problems);
    if isfield(options, 'startup') && isequal(options.startup, true)
        result.startup_file = euphonic.internal.add_startup_line(caller, result.package);
    end
    show(result);
    if nargout > 0
        facts = result;
    end
end

function set_home(caller, home)
    if euphonic.internal.options.is_none(home)
        if ispref('euphonic', 'home')
            rmpref('euphonic', 'home');
        end
        return
    end
    if ~ischar(home) || ~exist(fullfile(home, 'dist', 'cli.js'), 'file')
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Option ''home'' is %s; expected a folder that has the daemon, dist/cli.js, in it.', ...
            euphonic.internal.shown(home));
    end
    setpref('euphonic', 'home', home);
end

function result = find_packages(result)
    % MATLAB and Octave take functions from every folder named +euphonic, which together are neither package.
    folders = unique([{pwd()}, strsplit(path(), pathsep())]);
    has_one = cellfun(@(folder) exist(fullfile(folder, '+euphonic'), 'dir') == 7, folders);
    result.other_packages = setdiff(folders(has_one), {result.package});
    if ~isempty(result.other_packages)
        warning('EUPHONIC:setup:two_packages', ...
            ['There is another package named euphonic, in %s. Take it off the path with rmpath: now a call may ' ...
             'reach either of them.'], strjoin(result.other_packages, ' and '));
    end
end

function result = find_gateway(result)
    reason = '';
    try
        euphonic.internal.connection.gateway('about');
    catch problem
        reason = strtok(problem.message, sprintf('\n'));
    end
    if ~isempty(reason)
        fprintf('%s It is built now ...\n', reason);
        euphonic.build();
        result.built = true;
        euphonic.internal.connection.gateway('about');
    end
    result.gateway = which('euphonic.internal.gateway');
    result.connection_file = euphonic.internal.connection.connection_file('setup');
end

function result = find_daemon(result)
    caller = 'setup';
    found = euphonic.internal.connection.installation(caller);
    result.command = found.command;
    result.origin = found.origin;
    [code, text] = euphonic.internal.connection.run_daemon(caller, {'--version'}, false);
    if code ~= 0
        euphonic.internal.fail(caller, 'daemon_failed', 'The daemon''s program %s does not run: %s', ...
            strjoin(found.command, ' '), strtrim(text));
    end
    version = regexp(strtrim(text), '\S+$', 'match', 'once');  % a login shell may have said something before
    if ~strcmp(version, result.version)
        warning('EUPHONIC:setup:versions', ...
            'The daemon is version %s, this package %s. Take both from the same release.', version, result.version);
    end
end

function result = start_daemon(result)
    result.daemon = euphonic.start();
end

function show(result)
    fprintf('euphonic %s in %s\n', result.version, result.package);
    rows = {'MEX function', result.gateway
            'daemon', strjoin(result.command, ' ')
            'found by', result.origin
            'connection', result.connection_file};
    if ~isempty(result.daemon)
        rows = [rows; {'running', sprintf('version %s, pid %d, %d threads (%s)', result.daemon.version, ...
                                          result.daemon.pid, result.daemon.threads, result.daemon.simd)}];
    end
    if ~isempty(result.startup_file)
        rows = [rows; {'startup line', result.startup_file}];
    end
    for i = 1:size(rows, 1)
        if ~isempty(rows{i, 2})
            fprintf('  %-13s %s\n', rows{i, :});
        end
    end
    if result.ready
        fprintf('Ready.\n');
    else
        fprintf('Not ready: %s\n', strjoin(result.problems, sprintf('\n')));
    end
end
