function name = host_name()
    %HOST_NAME   This computer's name, as the daemon knows it.
    persistent known
    if isempty(known)
        facts = euphonic.internal.connection.gateway('about');
        known = facts.host;
    end
    name = known;
end
