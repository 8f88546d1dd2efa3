function show_help(name)
    %SHOW_HELP   The interpreter's own help, which a user may have hidden by importing euphonic.help.
    help(name);
end
