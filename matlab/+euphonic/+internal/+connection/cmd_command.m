function command = cmd_command(words, background)
    %CMD_COMMAND   Has the command interpreter of Windows, cmd, run a cell of a program and its arguments.
    %   With BACKGROUND true it does not wait for it. Names of files of Windows hold no quotation marks.
    command = strjoin(cellfun(@(word) ['"' word '"'], words, 'UniformOutput', false), ' ');
    if background
        % start takes its first argument in quotation marks for a title; it starts nothing when all is in another pair
        command = ['start "" /b ' command ' <nul >nul 2>&1'];
    else
        % of a command that begins with a quotation mark, cmd takes that and the last one off
        command = ['"' command '" <nul 2>&1'];
    end
end
