function folder = home_folder()
    %HOME_FOLDER   HOME (on Windows USERPROFILE) where it is an absolute path, else what the system knows of the user.
    %   Empty where it knows none.
    folder = getenv('HOME');
    if ispc()
        % shells from elsewhere set HOME to paths of their own making, /c/Users/...
        folder = getenv('USERPROFILE');
    end
    if ~euphonic.internal.is_absolute(folder)
        facts = euphonic.internal.connection.gateway('about');
        folder = facts.home;
    end
    if ~euphonic.internal.is_absolute(folder)
        folder = '';
    end
end
