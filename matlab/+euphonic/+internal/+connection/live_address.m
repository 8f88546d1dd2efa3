function address = live_address(caller, is_new)
    %LIVE_ADDRESS   What the connection file says; starts a daemon when there is no such file.
    %   It is remembered: with the fields file and content of ADDRESS the gateway sees whether the file says something
    %   else by now (address_changed), and then IS_NEW is true.
    persistent known place
    file = getenv('EUPHONIC_CONNECTION');
    here = [file, '|', getenv('XDG_RUNTIME_DIR'), '|', getenv('HOME'), '|', getenv('LOCALAPPDATA'), '|', ...
            getenv('USERPROFILE')];
    if ~isempty(file) && file(1) ~= '/'
        here = [here, '|', pwd()];
    end
    if nargin < 2 && strcmp(here, place)
        address = known;
        return
    end
    place = '';
    [address, file, content] = euphonic.internal.connection.read_connection_file(caller);
    if isempty(address)
        euphonic.internal.connection.start_daemon(caller);
        [address, file, content] = euphonic.internal.connection.read_connection_file(caller);
        if isempty(address)
            euphonic.internal.fail(caller, 'daemon_failed', ...
                'The daemon says that it has started, but its connection file %s is missing or incomplete.', ...
                euphonic.internal.connection.connection_file(caller));
        end
    end
    address.file = file;
    address.content = content;
    known = address;
    place = here;
end
