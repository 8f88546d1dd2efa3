function address = live_address(caller)
    %LIVE_ADDRESS   What the connection file says; starts a daemon when there is no such file.
    address = euphonic.internal.connection.read_connection_file(caller);
    if isempty(address)
        euphonic.internal.connection.start_daemon(caller);
        address = euphonic.internal.connection.read_connection_file(caller);
        if isempty(address)
            euphonic.internal.fail(caller, 'daemon_failed', ...
                'The daemon says that it has started, but its connection file %s is missing or incomplete.', ...
                euphonic.internal.connection.connection_file(caller));
        end
    end
end
