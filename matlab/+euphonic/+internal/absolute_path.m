function path = absolute_path(caller, path)
    %ABSOLUTE_PATH   A file's path from the root, so that the daemon, which has another working folder, finds it.
    %   Raises EUPHONIC:caller:invalid_argument for one that the daemon cannot be told of.
    advice = 'Rename the file or folder, or make a link to it whose name has no special characters.';
    euphonic.internal.check_utf8(caller, 'invalid_argument', path, advice);
    if ~isempty(regexp(path, ['^~([/' regexptranslate('escape', filesep()) ']|$)'], 'once'))
        home = euphonic.internal.home_folder();
        if ~isempty(home)
            path = [home path(2:end)];
            return
        end
    end
    if ~euphonic.internal.is_absolute(path)
        euphonic.internal.check_utf8(caller, 'invalid_argument', pwd(), advice);
        path = fullfile(pwd(), path);
    end
end
