function [code, text] = run_daemon(caller, args, background)
    %RUN_DAEMON   Run the daemon's command line with a cell of arguments.
    %   CODE and TEXT are its exit code and what it printed.
    %   With BACKGROUND true it is left to itself: CODE is 0 and TEXT empty.
    found = euphonic.internal.connection.installation(caller);
    words = [found.command, args];
    if ispc()
        [code, text] = system(euphonic.internal.connection.cmd_command(words, background));
        return
    end
    words = cellfun(@euphonic.internal.connection.quoted, words, 'UniformOutput', false);
    % MATLAB points these at its own libraries, which are not for other programs.
    command = ['env -u LD_LIBRARY_PATH -u LD_PRELOAD -u DYLD_LIBRARY_PATH ' strjoin(words, ' ') ' </dev/null'];
    if background
        command = [command ' >/dev/null 2>&1 &'];
    else
        command = [command ' 2>&1'];
    end
    [code, text] = euphonic.internal.connection.sh(command);
end
