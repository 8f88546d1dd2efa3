function [code, text] = sh(script)
    %SH   Run a script of the POSIX shell.
    %   CODE and TEXT are its exit code and what it printed. MATLAB's system hands a command to the user's own shell. In
    %   csh and tcsh redirections are other ones, so the script travels in an environment variable and the command holds
    %   nothing that shells understand differently.
    setenv('EUPHONIC_SCRIPT', script);
    forget = onCleanup(@() setenv('EUPHONIC_SCRIPT', ''));
    [code, text] = system(euphonic.internal.connection.sh_command());
end
