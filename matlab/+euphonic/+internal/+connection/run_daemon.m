function [code, text] = run_daemon(caller, args, background)
    %RUN_DAEMON   Run the daemon's command line with a cell of arguments.
    %   CODE and TEXT are its exit code and what it printed.
    %   With BACKGROUND true it is left to itself: CODE is 0 and TEXT empty.
    found = euphonic.internal.connection.installation(caller);
    words = cellfun(@quoted, [found.command, args], 'UniformOutput', false);
    command = strjoin(words, ' ');
    if ispc()
        command = ['"' command '"'];
        if background
            command = ['start "" /b ' command ' >nul 2>&1'];
        end
    else
        % MATLAB points these at its own libraries, which are not for other programs.
        command = ['env -u LD_LIBRARY_PATH -u LD_PRELOAD -u DYLD_LIBRARY_PATH ' command];
        if background
            command = [command ' </dev/null >/dev/null 2>&1 &'];
        else
            command = [command ' </dev/null 2>&1'];
        end
    end
    [code, text] = system(command);
end

function word = quoted(word)
    if ispc()
        word = ['"' word '"'];
    else
        word = ['''' strrep(word, '''', '''\''''') ''''];
    end
end
