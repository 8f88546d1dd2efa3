function connection = live_connection(caller)
    %LIVE_CONNECTION   What the connection file says; starts a daemon when there is no such file.
    connection = euphonic.internal.connection.read_connection(caller);
    if isempty(connection)
        euphonic.internal.connection.start_daemon(caller);
        connection = euphonic.internal.connection.read_connection(caller);
        if isempty(connection)
            euphonic.internal.fail(caller, 'daemon_failed', ...
                'The daemon says that it has started, but there is no usable connection file %s.', ...
                euphonic.internal.connection.connection_file(caller));
        end
    end
end
