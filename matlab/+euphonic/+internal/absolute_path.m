function path = absolute_path(path)
    %ABSOLUTE_PATH   A file's path from the root, so that the daemon, which has another working folder, finds it.
    if strncmp(path, '~/', 2) || strcmp(path, '~')
        path = [home_folder() path(2:end)];
    elseif isempty(regexp(path, '^([/\\]|[A-Za-z]:[/\\])', 'once'))
        path = fullfile(pwd(), path);
    end
end

function folder = home_folder()
    folder = getenv('HOME');
    if isempty(folder)
        folder = getenv('USERPROFILE');
    end
end
