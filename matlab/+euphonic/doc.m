function doc(name)
    %DOC   Help on a name of this package in the help browser.
    %   EUPHONIC.DOC('CoherentCrystal') shows it in MATLAB's help browser; Octave, whose browser holds its own manual
    %   alone, prints it as EUPHONIC.HELP does.
    %
    %   Example
    %       euphonic.doc('CoherentCrystal')
    %
    %   See also EUPHONIC.HELP.
    if nargin == 0
        name = 'Contents';
    end
    name = euphonic.internal.public_name('doc', name);
    if euphonic.internal.is_octave()
        euphonic.internal.show_help(name);
    else
        euphonic.internal.show_doc(name);
    end
end
