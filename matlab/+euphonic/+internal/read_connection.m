function connection = read_connection(caller)
    %READ_CONNECTION   What the connection file says, [] when there is none or an empty one.
    %   Raises runtime_directory for a file that is open to others, file_damaged for one that is no connection,
    %   other_host, and protocol_version for a daemon that this package does not understand.
    persistent last_text last_connection
    connection = [];
    file = euphonic.internal.connection_file();
    answer = euphonic.internal.gateway('read_private', file);
    if ~isempty(answer.error)
        euphonic.internal.fail(caller, answer.error);
    end
    if isempty(answer.text)
        return
    end
    if ~strcmp(answer.text, last_text)
        last_text = '';
        last_connection = parsed(caller, file, answer.text);
        last_text = answer.text;
    end
    connection = last_connection;
end

function connection = parsed(caller, file, text)
    try
        connection = jsondecode(text);
    catch
        connection = [];
    end
    fields = {'protocol', 'version', 'host', 'pid', 'work', 'control', 'mechanism', 'secret'};
    if ~isstruct(connection) || ~all(isfield(connection, fields))
        euphonic.internal.fail(caller, 'file_damaged', ...
            'The connection file %s is not one. Remove it; the daemon is started again when it is needed.', file);
    end
    if ~strcmp(connection.host, euphonic.internal.host_name()) && strncmp(connection.work, 'ipc:', 4)
        euphonic.internal.fail(caller, 'other_host', ...
            ['The connection file %s belongs to a daemon on %s, this is %s. Let EUPHONIC_CONNECTION name a file of ' ...
             'this computer''s own, or stop that daemon.'], file, connection.host, euphonic.internal.host_name());
    end
    [version, protocol] = euphonic.internal.version();
    if connection.protocol ~= protocol
        if connection.protocol > protocol
            advice = 'Update this package, or stop that daemon with its own euphonicd stop.';
        else
            advice = 'Stop that daemon with euphonicd stop; the one of this package is then started.';
        end
        euphonic.internal.fail(caller, 'protocol_version', ...
            'The daemon with pid %d is version %s and speaks protocol %d, this package (%s) speaks protocol %d. %s', ...
            connection.pid, connection.version, connection.protocol, version, protocol, advice);
    end
end
