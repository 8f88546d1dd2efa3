function node = node_program(caller, home)
    %NODE_PROGRAM   Path of the Node.js that runs the daemon in the folder HOME.
    %   Looked for in this order: the environment variable EUPHONIC_NODE, HOME itself (a toolbox brings its own), the
    %   PATH, and the folders in which installers put it: a MATLAB that was not started in a terminal has a PATH of its
    %   own. Raises node_not_found and not_executable.
    name = 'node';
    if ispc()
        name = 'node.exe';
    end
    node = getenv('EUPHONIC_NODE');
    if ~isempty(node)
        if exist(node, 'file') ~= 2
            euphonic.internal.fail(caller, 'node_not_found', ...
                ['The environment variable EUPHONIC_NODE is %s, but there is no such file. Expected the path of ' ...
                 'the program %s itself.'], node, name);
        end
        return
    end
    node = fullfile(home, 'node', 'bin', name);
    if exist(node, 'file')
        make_executable(caller, node);
        return
    end
    node = euphonic.internal.connection.on_path('node');
    usual = {'/usr/local/bin', '/opt/homebrew/bin', '/usr/bin', fullfile(getenv('ProgramFiles'), 'nodejs')};
    for folder = usual(cellfun(@(folder) exist(fullfile(folder, name), 'file') == 2, usual))
        if isempty(node)
            node = fullfile(folder{1}, name);
        end
    end
    if isempty(node)
        euphonic.internal.fail(caller, 'node_not_found', ...
            ['Node.js, which runs the daemon, was not found: it is not on the PATH that this session has (%s). ' ...
             'Install version 20.19 or later, or name it with setenv(''EUPHONIC_NODE'', ''<path of the program ' ...
             '%s>'') in startup.m.'], getenv('PATH'), name);
    end
end

function make_executable(caller, file)
    % Some programs that unpack archives make no file executable.
    if ispc() || is_executable(file)
        return
    end
    euphonic.internal.connection.sh(['chmod u+x ' euphonic.internal.connection.quoted(file) ' 2>&1']);
    if ~is_executable(file)
        euphonic.internal.fail(caller, 'not_executable', ...
            ['%s has no permission to be executed: unpacking has dropped it, and it belongs to somebody else. Ask ' ...
             'its owner for chmod +x.'], file);
    end
end

function yes = is_executable(file)
    [known, attributes] = fileattrib(file);
    yes = ~known || attributes.UserExecute || attributes.GroupExecute || attributes.OtherExecute;
end
