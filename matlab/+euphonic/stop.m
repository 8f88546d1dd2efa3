function stopped = stop()
    %STOP   End the calculation daemon.
    %   EUPHONIC.STOP ends it, with all its work for other sessions of yours too; without a daemon it does nothing.
    %   STOPPED = EUPHONIC.STOP() tells whether there was one. The next call that needs a daemon starts a new one.
    %
    %   Example
    %       euphonic.stop
    %
    %   See also EUPHONIC.START, EUPHONIC.RESTART, EUPHONIC.STATUS.
    caller = 'stop';
    patience = 10;  % seconds until its end is given up
    stopped = false;
    address = reached(caller, patience);
    while isempty(address) && euphonic.internal.connection.is_starting()
        pause(0.02);
        address = reached(caller, patience);
    end
    euphonic.internal.connection.is_starting(false);
    if ~isempty(address)
        stopped = true;
        began = tic();
        while isequal(euphonic.internal.connection.read_connection_file(caller), address)
            if toc(began) > patience
                euphonic.internal.fail(caller, 'timeout', ...
                    'The daemon with pid %d has agreed to end but is still there after %d s.', ...
                    address.pid, patience);
            end
            pause(0.02);
        end
    end
    euphonic.internal.connection.gateway('close');
    if nargout == 0
        clear stopped;
    end
end

function address = reached(caller, patience)
    % Where the daemon is that was told to end; [] where there is none, or only the file of one that has gone.
    address = euphonic.internal.connection.read_connection_file(caller);
    if isempty(address)
        return
    end
    response = euphonic.internal.connection.control(address, 'shutdown', patience);
    if isempty(response.error)
        return
    elseif ~strcmp(response.error.code, 'unreachable')
        euphonic.internal.fail(caller, response.error);
    end
    address = [];
end
