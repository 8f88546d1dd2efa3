function [address, file, content] = read_connection_file(caller, any_version)
    %READ_CONNECTION_FILE   What the connection file says, [] when there is none, or one that was never completed.
    %   FILE: its path; CONTENT: its text.
    %   Raises runtime_directory for a file that is open to others, file_damaged for one that holds no address,
    %   other_host, and, unless ANY_VERSION is true, protocol_version for a daemon that this package does
    %   not understand.
    persistent last_text last_address
    address = [];
    content = '';
    [file, may_be_elsewhere] = euphonic.internal.connection.connection_file(caller);
    response = euphonic.internal.connection.gateway('read_private', file);
    if ~isempty(response.error)
        euphonic.internal.fail(caller, response.error);
    end
    if ~response.found
        return
    end
    content = response.text;
    if ~strcmp(content, last_text)
        if half_written(content)
            return
        end
        last_text = '';
        last_address = parsed(caller, file, content, may_be_elsewhere);
        last_text = content;
    end
    address = last_address;
    if nargin < 2 || ~any_version
        check_protocol(caller, address);
    end
end

function yes = half_written(text)
    % A machine that went down, or a full disk, leaves nothing, zeros or the beginning of an address.
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

function address = parsed(caller, file, text, may_be_elsewhere)
    try
        address = jsondecode(text);
    catch
        address = [];
    end
    fields = {'protocol', 'version', 'host', 'pid', 'work', 'control', 'mechanism', 'secret'};
    if ~isstruct(address) || ~all(isfield(address, fields))
        euphonic.internal.fail(caller, 'file_damaged', 'The connection file %s does not describe a daemon. %s', ...
            file, advice_for(address));
    end
    % where no other host can see the file, it is this one that has another name by now
    if may_be_elsewhere && ~strcmp(address.host, euphonic.internal.connection.host_name()) && ...
            strncmp(address.work, 'ipc:', 4)
        euphonic.internal.fail(caller, 'other_host', ...
            ['The connection file %s belongs to a daemon on %s; this computer is %s. Let EUPHONIC_CONNECTION name ' ...
             'a file of this computer''s own, or stop that daemon.'], file, address.host, ...
            euphonic.internal.connection.host_name());
    end
end

function advice = advice_for(content)
    % Nobody is told to remove what no daemon has made; files of a cluster say to which connection file they belong.
    if isfield(content, 'protocol')
        advice = 'Remove it; the daemon is started again when it is needed.';
    elseif isfield(content, 'connection') && ischar(content.connection)
        advice = ['It belongs to a cluster, which needs it. Let EUPHONIC_CONNECTION name ' content.connection];
    else
        advice = 'Let EUPHONIC_CONNECTION name another file: no daemon has made this one.';
    end
end

function check_protocol(caller, address)
    [version, protocol] = euphonic.internal.version();
    if address.protocol ~= protocol
        if address.protocol > protocol
            advice = 'Update this package, or stop that daemon with its own euphonicd stop.';
        else
            advice = 'Stop that daemon with euphonicd stop, or let euphonic.start replace it when it is idle.';
        end
        euphonic.internal.fail(caller, 'protocol_version', ...
            'The daemon with pid %d is version %s and speaks protocol %d, this package (%s) speaks protocol %d. %s', ...
            address.pid, address.version, address.protocol, version, protocol, advice);
    end
end
