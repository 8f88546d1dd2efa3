function command = sh_command()
    %SH_COMMAND   Has any shell run the script in the environment variable EUPHONIC_SCRIPT by the POSIX shell.
    command = '/bin/sh -c ''script=$EUPHONIC_SCRIPT; unset EUPHONIC_SCRIPT; eval "$script"''';
end
