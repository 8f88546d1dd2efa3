function connection = read_connection(caller, any_version)
    %READ_CONNECTION   What the connection file says, [] when there is none, or one that was never completed.
    %   Raises runtime_directory for a file that is open to others, file_damaged for one that is no connection,
    %   other_host, and, unless ANY_VERSION is true, protocol_version for a daemon that this package does not
    %   understand.
    persistent last_text last_connection
    connection = [];
    [file, may_be_elsewhere] = euphonic.internal.connection.connection_file(caller);
    answer = euphonic.internal.connection.gateway('read_private', file);
    if ~isempty(answer.error)
        euphonic.internal.fail(caller, answer.error);
    end
    if ~answer.found || half_written(answer.text)
        return
    end
    if ~strcmp(answer.text, last_text)
        last_text = '';
        last_connection = parsed(caller, file, answer.text, may_be_elsewhere);
        last_text = answer.text;
    end
    connection = last_connection;
    if nargin < 2 || ~any_version
        check_protocol(caller, connection);
    end
end

function yes = half_written(text)
    % A machine that went down, or a full disk, leaves nothing, zeros or the beginning of a connection.
    beginning = '{"protocol"';
    begun = text(~isspace(text) & text ~= char(0));
    n = min(numel(begun), numel(beginning));
    yes = strcmp(begun(1:n), beginning(1:n));
    if yes && n > 0
        try
            jsondecode(text);
            yes = false;
        catch
            yes = true;
        end
    end
end

function connection = parsed(caller, file, text, may_be_elsewhere)
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
    % where no other host can see the file, it is this one that has another name by now
    if may_be_elsewhere && ~strcmp(connection.host, euphonic.internal.connection.host_name()) && ...
            strncmp(connection.work, 'ipc:', 4)
        euphonic.internal.fail(caller, 'other_host', ...
            ['The connection file %s belongs to a daemon on %s, this is %s. Let EUPHONIC_CONNECTION name a file of ' ...
             'this computer''s own, or stop that daemon.'], file, connection.host, ...
            euphonic.internal.connection.host_name());
    end
end

function check_protocol(caller, connection)
    [version, protocol] = euphonic.internal.version();
    if connection.protocol ~= protocol
        if connection.protocol > protocol
            advice = 'Update this package, or stop that daemon with its own euphonicd stop.';
        else
            advice = 'Stop that daemon with euphonicd stop, or let euphonic.start replace it when it is idle.';
        end
        euphonic.internal.fail(caller, 'protocol_version', ...
            'The daemon with pid %d is version %s and speaks protocol %d, this package (%s) speaks protocol %d. %s', ...
            connection.pid, connection.version, connection.protocol, version, protocol, advice);
    end
end
