function replace_daemon(caller, old_address, response_error)
    %REPLACE_DAEMON   After a daemon went away: start another, unless somebody else has done so.
    %   OLD_ADDRESS is of live_address. A daemon that is ending is given a moment to be gone.
    if strcmp(response_error.code, 'shutting_down')
        pause(0.1);
    end
    [address, ~, content] = euphonic.internal.connection.read_connection_file(caller);
    if isempty(address) || strcmp(content, old_address.content)
        euphonic.internal.connection.start_daemon(caller);
    end
end
