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
    connection = euphonic.internal.connection.read_connection(caller);
    if ~isempty(connection)
        answer = euphonic.internal.connection.control(connection, 'shutdown', patience);
        stopped = isempty(answer.error);
        if ~stopped && ~strcmp(answer.error.code, 'unreachable')
            euphonic.internal.fail(caller, answer.error);
        end
        began = tic();
        while stopped && isequal(euphonic.internal.connection.read_connection(caller), connection)
            if toc(began) > patience
                euphonic.internal.fail(caller, 'timeout', ...
                    'The daemon with pid %d has agreed to end but is still there after %d s.', ...
                    connection.pid, patience);
            end
            pause(0.02);
        end
        euphonic.internal.connection.gateway('close');
    end
    if nargout == 0
        clear stopped;
    end
end
