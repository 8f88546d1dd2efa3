function connection = read_connection(caller)
    %READ_CONNECTION   What the connection file says, [] when there is none (or one that is being written).
    %   Raises protocol_version for a daemon that this package does not understand.
    persistent last_text last_connection
    connection = [];
    id = fopen(euphonic.internal.connection_file(), 'r');
    if id < 0
        return
    end
    text = fread(id, [1, Inf], '*char');
    fclose(id);
    if ~strcmp(text, last_text)
        [last_connection, last_text] = parsed(caller, text);
    end
    connection = last_connection;
end

function [connection, text] = parsed(caller, text)
    try
        connection = jsondecode(text);
    catch
        connection = [];
    end
    fields = {'protocol', 'version', 'host', 'pid', 'work', 'control', 'mechanism', 'secret'};
    if ~isstruct(connection) || ~all(isfield(connection, fields))
        connection = [];
        text = '';
        return
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
