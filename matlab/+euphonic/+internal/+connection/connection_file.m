function [file, may_be_elsewhere] = connection_file(caller)
    %CONNECTION_FILE   Absolute path of the file by which the daemon is found; the rule is that of src/runtime/paths.ts.
    %   MAY_BE_ELSEWHERE: other computers may see the file too. Raises runtime_directory where no home folder is known.
    may_be_elsewhere = true;
    file = getenv('EUPHONIC_CONNECTION');
    check = @(name) euphonic.internal.check_utf8(caller, 'runtime_directory', name, ...
        'Let EUPHONIC_CONNECTION name a connection file in a folder whose name has no special characters.');
    if ~isempty(file)
        check(file);
        if ~euphonic.internal.is_absolute(file)
            check(pwd());
            file = fullfile(pwd(), file);
        end
        return
    end
    folder = getenv('XDG_RUNTIME_DIR');
    check(folder);
    % the XDG specification has a relative path ignored
    if euphonic.internal.is_absolute(folder)
        file = fullfile(folder, 'euphonic', 'connection.json');
        may_be_elsewhere = false;
        return
    end
    check(getenv('HOME'));
    home = euphonic.internal.home_folder();
    if isempty(home)
        euphonic.internal.fail(caller, 'runtime_directory', ...
            ['There is no folder for the connection file: no home folder is known. Set EUPHONIC_CONNECTION to a ' ...
             'file, connection.json say, in a folder of your own, or HOME to your home folder.']);
    end
    file = fullfile(home, '.cache', 'euphonic-bridge', euphonic.internal.connection.host_name(), 'connection.json');
end
