function yes = is_older(address)
    %IS_OLDER   Whether the daemon at an address is of an earlier version than this package.
    yes = false;
    if isempty(address)
        return
    end
    [version, protocol] = euphonic.internal.version();
    if address.protocol ~= protocol
        yes = address.protocol < protocol;
        return
    end
    theirs = sscanf(address.version, '%d.%d.%d');
    ours = sscanf(version, '%d.%d.%d');
    n = min(numel(theirs), numel(ours));
    differing = find(theirs(1:n) ~= ours(1:n), 1);
    yes = ~isempty(differing) && theirs(differing) < ours(differing);
end
