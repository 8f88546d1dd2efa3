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
    if ispc()
        folder = local_app_data();
        may_be_elsewhere = isempty(folder);
    else
        [folder, may_be_elsewhere] = posix_folder(check);
    end
    if isempty(folder)
        euphonic.internal.fail(caller, 'runtime_directory', ...
            ['There is no folder for the connection file: no home folder is known. Set EUPHONIC_CONNECTION to a ' ...
             'file, connection.json say, in a folder of your own, or HOME to your home folder.']);
    end
    file = fullfile(folder, 'connection.json');
end

function [folder, may_be_elsewhere] = posix_folder(check)
    folder = getenv('XDG_RUNTIME_DIR');
    check(folder);
    % the XDG specification has a relative path ignored
    may_be_elsewhere = ~euphonic.internal.is_absolute(folder);
    if ~may_be_elsewhere
        folder = fullfile(folder, 'euphonic');
        return
    end
    check(getenv('HOME'));
    folder = euphonic.internal.home_folder();
    if ~isempty(folder)
        folder = fullfile(folder, '.cache', 'euphonic-bridge', euphonic.internal.connection.host_name());
    end
end

function folder = local_app_data()
    % It stays on this computer where profiles roam.
    folder = getenv('LOCALAPPDATA');
    if ~euphonic.internal.is_absolute(folder)
        folder = euphonic.internal.home_folder();
        if isempty(folder)
            return
        end
        folder = fullfile(folder, 'AppData', 'Local');
    end
    folder = fullfile(folder, 'euphonic-bridge');
end
