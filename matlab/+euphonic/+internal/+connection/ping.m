function alive = ping(address, seconds)
    %PING   Whether the daemon at an address answers within the time given (default 1 s).
    if nargin < 2
        seconds = 1;
    end
    alive = false;
    if ~isempty(address)
        response = euphonic.internal.connection.control(address, 'ping', seconds);
        alive = isempty(response.error);
    end
end
