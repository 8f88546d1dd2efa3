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
        euphonic.internal.check_utf8(caller, 'daemon_not_found', home, ...
            'Put the daemon, or a link to it, into a folder whose name has no special characters.');
        if exist(fullfile(home, cli), 'file')
            node = euphonic.internal.connection.node_program(caller, home);
            found = struct('command', {{node, fullfile(home, cli)}}, 'origin', places{i, 2});
            return
        elseif i <= 2
            euphonic.internal.fail(caller, 'daemon_not_found', ...
                'There is no daemon in %s, which %s names: %s is missing.', home, places{i, 2}, cli);
        end
    end
    program = euphonic.internal.connection.on_path('euphonicd');
    if isempty(program)
        euphonic.internal.fail(caller, 'daemon_not_found', ...
            ['The daemon is not installed beside this package (%s) and euphonicd is not on the PATH. Build it with ' ...
             'npm run build, or set EUPHONIC_HOME to the folder that has it.'], fileparts(package));
    end
    found = struct('command', {{program}}, 'origin', 'PATH');
end
