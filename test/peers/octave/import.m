function import(name)
    %IMPORT   In the place of MATLAB's, which Octave lacks.
    %   Constraints of tests are functions of this folder, which need no import. A test that imports another name
    %   to change what it means cannot be run.
    if isempty(regexp(name, '^matlab\.unittest\.constraints\.', 'once'))
        error('peers:skip', 'Octave cannot import %s', name);
    end
end
