function command = posix_command(words, background)
    %POSIX_COMMAND   Has the POSIX shell run a cell of a program and its arguments.
    %   With BACKGROUND true it does not wait for it.
    words = cellfun(@euphonic.internal.connection.quoted, words, 'UniformOutput', false);
    % MATLAB points these at its own libraries, which are not for other programs.
    command = ['env -u LD_LIBRARY_PATH -u LD_PRELOAD -u DYLD_LIBRARY_PATH ' strjoin(words, ' ') ' </dev/null'];
    if background
        command = [command ' >/dev/null 2>&1 &'];
    else
        command = [command ' 2>&1'];
    end
end
