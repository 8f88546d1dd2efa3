function path = absolute_path(path)
    %ABSOLUTE_PATH   A file's path from the root, so that the daemon, which has another working folder, finds it.
    if ~isempty(regexp(path, '^~(/|$)', 'once'))
        home = euphonic.internal.home_folder();
        if ~isempty(home)
            path = [home path(2:end)];
            return
        end
    end
    if ~euphonic.internal.is_absolute(path)
        path = fullfile(pwd(), path);
    end
end
