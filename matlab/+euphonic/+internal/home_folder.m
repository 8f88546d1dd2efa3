function folder = home_folder()
    %HOME_FOLDER   HOME where it is an absolute path, else what the system knows of the user; empty where it knows none.
    folder = getenv('HOME');
    if ~euphonic.internal.is_absolute(folder)
        facts = euphonic.internal.connection.gateway('about');
        folder = facts.home;
    end
    if ~euphonic.internal.is_absolute(folder)
        folder = '';
    end
end
