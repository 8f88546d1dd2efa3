function check_utf8(caller, reason, name, advice)
    %CHECK_UTF8   Raise EUPHONIC:caller:reason for the name of a file that the daemon cannot be told of.
    %   MATLAB's texts can all be sent. Octave's are bytes, and on Linux a name may be any bytes, Latin-1 for instance;
    %   Octave's own functions take those that are not UTF-8 for errors, too.
    try
        regexp(name, 'x', 'once');
    catch
        euphonic.internal.fail(caller, reason, ...
            'The name %s is not UTF-8, so the daemon cannot find what it names. %s', name, advice);
    end
end
