function answer = control(connection, method, seconds)
    %CONTROL   The answer of a daemon's control socket to a method without parameters, within a time in seconds.
    %   ANSWER: struct with error ([] or what went wrong) and result.
    answer = euphonic.internal.connection.gateway('request', connection, 'control', method, struct(), [], seconds);
end
