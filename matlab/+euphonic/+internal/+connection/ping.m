function alive = ping(connection, seconds)
    %PING   Whether the daemon of a connection answers within the time given (default 1 s).
    if nargin < 2
        seconds = 1;
    end
    alive = false;
    if ~isempty(connection)
        answer = euphonic.internal.connection.control(connection, 'ping', seconds);
        alive = isempty(answer.error);
    end
end
