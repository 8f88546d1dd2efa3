function response = control(address, method, seconds)
    %CONTROL   The response of a daemon's control socket to a method without parameters, within a time in seconds.
    %   RESPONSE: struct with error ([] or what went wrong) and result.
    response = euphonic.internal.connection.gateway('request', address, 'control', method, struct(), [], seconds);
end
