function [result, frames] = request(caller, socket, method, params, frames)
    %REQUEST   Ask the daemon; start one when none is alive, and once more when it goes away meanwhile.
    %   [RESULT, FRAMES] = REQUEST(CALLER, SOCKET, METHOD, PARAMS, FRAMES): SOCKET is 'work' or 'control', FRAMES a
    %   struct array made by euphonic.internal.connection.frame (default none). What the daemon refuses is
    %   raised as EUPHONIC:CALLER:code.
    if nargin < 5
        frames = [];
    end
    for attempt = 1:3
        address = euphonic.internal.connection.live_address(caller);
        response = euphonic.internal.connection.gateway('request', address, socket, method, params, frames, Inf);
        if isempty(response.error)
            result = response.result;
            frames = response.frames;
            return
        end
        if ~euphonic.internal.connection.has_gone(response.error) || attempt == 3
            break
        end
        euphonic.internal.connection.replace_daemon(caller, address, response.error);
    end
    euphonic.internal.fail(caller, response.error);
end
