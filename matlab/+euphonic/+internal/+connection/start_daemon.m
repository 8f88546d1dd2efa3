function start_daemon(caller, background)
    %START_DAEMON   Start the daemon.
    %   Waits until it answers; with BACKGROUND true that is left to the first call that needs it. Starting twice at the
    %   same time is harmless: one daemon comes of it. A daemon of an older version is replaced when it is idle.
    %   Raises daemon_failed with what the daemon said, and other_host when the connection file belongs
    %   to another computer.
    if nargin < 2
        background = false;
    end
    address = euphonic.internal.connection.read_connection_file(caller, true);
    if ~isempty(address) && ~strcmp(address.host, euphonic.internal.connection.host_name())
        euphonic.internal.fail(caller, 'other_host', ...
            ['The connection file %s belongs to a daemon on %s, which does not answer. Start it there, or let ' ...
             'EUPHONIC_CONNECTION name a file of this computer''s own.'], ...
            euphonic.internal.connection.connection_file(caller), address.host);
    end
    [code, text] = euphonic.internal.connection.run_daemon(caller, {'start'}, background);
    if code ~= 0
        euphonic.internal.fail(caller, 'daemon_failed', 'The daemon did not start (exit code %d): %s', ...
            code, last_lines(text));
    end
    euphonic.internal.connection.is_starting(background);
end

function text = last_lines(text)
    lines = strsplit(strtrim(text), sprintf('\n'));
    text = strjoin(lines(max(1, end - 9):end), sprintf('\n'));
end
