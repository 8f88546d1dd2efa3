function found = installation(caller)
    %INSTALLATION   Where the daemon is.
    %   FOUND is a struct with command (cell of program and first arguments) and origin (how it was found). Looked for
    %   in this order: the preference getpref('euphonic', 'home'), the environment variable EUPHONIC_HOME, the folder
    %   that this package is in, euphonicd on the search path of the system. Raises daemon_not_found.
    cli = fullfile('dist', 'cli.js');
    package = fileparts(fileparts(fileparts(fileparts(mfilename('fullpath')))));
    preferred = '';
    if ispref('euphonic', 'home')
        preferred = getpref('euphonic', 'home');
    end
    places = {preferred, 'the preference euphonic/home'
              getenv('EUPHONIC_HOME'), 'the environment variable EUPHONIC_HOME'
              fileparts(package), 'the folder of this package'
              fullfile(package, 'daemon'), 'the folder of this package'};
    for i = 1:size(places, 1)
        home = places{i, 1};
        if isempty(home)
            continue
        end
        if exist(fullfile(home, cli), 'file')
            found = struct('command', {{node_of(home), fullfile(home, cli)}}, 'origin', places{i, 2});
            return
        elseif i <= 2
            euphonic.internal.fail(caller, 'daemon_not_found', ...
                'There is no daemon in %s, which %s names: %s is missing.', home, places{i, 2}, cli);
        end
    end
    program = on_path('euphonicd');
    if isempty(program)
        euphonic.internal.fail(caller, 'daemon_not_found', ...
            ['The daemon is not installed beside this package (%s) and euphonicd is not on the PATH. Build it with ' ...
             'npm run build, or set EUPHONIC_HOME to the folder that has it.'], fileparts(package));
    end
    found = struct('command', {{program}}, 'origin', 'PATH');
end

function node = node_of(home)
    % A toolbox brings its own Node.js; a checkout uses the system's.
    if ispc()
        own = fullfile(home, 'node', 'node.exe');
    else
        own = fullfile(home, 'node', 'bin', 'node');
    end
    if exist(own, 'file')
        node = own;
    else
        node = 'node';
    end
end

function program = on_path(name)
    program = '';
    names = {name};
    if ispc()
        names = {[name '.cmd'], [name '.exe']};
    end
    for folder = strsplit(getenv('PATH'), pathsep())
        for i = 1:numel(names)
            candidate = fullfile(folder{1}, names{i});
            if exist(candidate, 'file') == 2
                program = candidate;
                return
            end
        end
    end
end
