function folder = program_folder()
    %PROGRAM_FOLDER   Where the daemon's program is: the checkout, or the folder daemon of a toolbox.
    found = euphonic.internal.connection.installation('test');
    folder = fileparts(fileparts(found.command{end}));
end
