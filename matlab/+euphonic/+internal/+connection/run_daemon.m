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
    [code, text] = euphonic.internal.connection.sh(euphonic.internal.connection.posix_command(words, background));
end
