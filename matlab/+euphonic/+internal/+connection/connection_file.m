function file = connection_file()
    %CONNECTION_FILE   Path of the file by which the daemon is found; see PROTOCOL.md.
    file = getenv('EUPHONIC_CONNECTION');
    if ~isempty(file)
        return
    end
    folder = getenv('XDG_RUNTIME_DIR');
    if ~isempty(folder)
        file = fullfile(folder, 'euphonic', 'connection.json');
    else
        home = euphonic.internal.absolute_path('~');
        file = fullfile(home, '.cache', 'euphonic-bridge', euphonic.internal.connection.host_name(), 'connection.json');
    end
end
