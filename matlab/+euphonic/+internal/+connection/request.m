function [result, frames] = request(caller, socket, method, params, frames)
    %REQUEST   Ask the daemon; start one when none is alive, and once more when it goes away meanwhile.
    %   [RESULT, FRAMES] = REQUEST(CALLER, SOCKET, METHOD, PARAMS, FRAMES): SOCKET is 'work' or 'control', FRAMES a
    %   struct array made by euphonic.internal.connection.frame (default none). What the daemon refuses is raised as
    %   EUPHONIC:CALLER:code.
    if nargin < 5
        frames = [];
    end
    for attempt = 1:3
        connection = euphonic.internal.connection.live_connection(caller);
        answer = euphonic.internal.connection.gateway('request', connection, socket, method, params, frames, Inf);
        if isempty(answer.error)
            result = answer.result;
            frames = answer.frames;
            return
        end
        if ~euphonic.internal.connection.has_gone(answer.error) || attempt == 3
            break
        end
        euphonic.internal.connection.replace_daemon(caller, connection, answer.error);
    end
    euphonic.internal.fail(caller, answer.error);
end
