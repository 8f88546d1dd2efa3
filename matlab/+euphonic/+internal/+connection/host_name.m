function name = host_name()
    %HOST_NAME   This computer's name, as the daemon knows it.
    facts = euphonic.internal.connection.gateway('about');
    name = facts.host;
end
