function replace_daemon(caller, old_connection, answer_error)
    %REPLACE_DAEMON   After a daemon went away: start another, unless somebody else has done so.
    %   A daemon that is ending is given a moment to be gone.
    if strcmp(answer_error.code, 'shutting_down')
        pause(0.1);
    end
    connection = euphonic.internal.connection.read_connection(caller);
    if isequal(connection, old_connection) || isempty(connection)
        euphonic.internal.connection.start_daemon(caller);
    end
end
