function octave_only()
    %OCTAVE_ONLY   Skip a test that uses a shell and signals in Octave's way.
    if exist('OCTAVE_VERSION', 'builtin') == 0 || ispc()
        support.skip('needs Octave and a POSIX shell');
    end
end
