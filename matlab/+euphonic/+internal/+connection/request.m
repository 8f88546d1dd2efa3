function [result, frames] = request(caller, socket, method, params, frames, progress)
    %REQUEST   Ask the daemon; start one when none is alive, and once more when it goes away meanwhile.
    %   [RESULT, FRAMES] = REQUEST(CALLER, SOCKET, METHOD, PARAMS, FRAMES, PROGRESS): SOCKET is 'work' or 'control',
    %   FRAMES a struct array made by euphonic.internal.connection.frame (default none), PROGRESS [] or a function of
    %   (done, total, seconds) for methods that take long. What the daemon refuses is raised: EUPHONIC:CALLER:code.
    if nargin < 5
        frames = [];
    end
    if nargin < 6
        progress = [];
    end
    attempt = 1;
    while true
        address = euphonic.internal.connection.live_address(caller);
        response = euphonic.internal.connection.gateway('request', address, socket, method, params, frames, Inf, ...
            progress);
        if isempty(response.error)
            result = response.result;
            frames = response.frames;
            return
        end
        if strcmp(response.error.code, 'address_changed')
            euphonic.internal.connection.live_address(caller, true);
        elseif euphonic.internal.connection.has_gone(response.error) && attempt < 3
            attempt = attempt + 1;
            euphonic.internal.connection.replace_daemon(caller, address, response.error);
        else
            euphonic.internal.fail(caller, response.error);
        end
    end
end
