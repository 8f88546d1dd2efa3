function yes = is_absolute(path)
    %IS_ABSOLUTE   Whether a path begins at the root, or with a drive.
    yes = ~isempty(regexp(path, '^([/\\]|[A-Za-z]:[/\\])', 'once'));
end
