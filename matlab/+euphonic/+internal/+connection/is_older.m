function yes = is_older(connection)
    %IS_OLDER   Whether the daemon of a connection is of an earlier version than this package.
    yes = false;
    if isempty(connection)
        return
    end
    [version, protocol] = euphonic.internal.version();
    if connection.protocol ~= protocol
        yes = connection.protocol < protocol;
        return
    end
    theirs = sscanf(connection.version, '%d.%d.%d');
    ours = sscanf(version, '%d.%d.%d');
    n = min(numel(theirs), numel(ours));
    differing = find(theirs(1:n) ~= ours(1:n), 1);
    yes = ~isempty(differing) && theirs(differing) < ours(differing);
end
