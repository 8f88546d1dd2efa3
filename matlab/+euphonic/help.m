function help(name)
    %HELP   Help on a name of this package.
    %   EUPHONIC.HELP lists what there is. EUPHONIC.HELP('CoherentCrystal') and
    %   EUPHONIC.HELP('CoherentCrystal.horace_disp') show the help of these. Any other name is handed to the
    %   interpreter's own help. (In Octave `help euphonic` finds no text; `help euphonic.CoherentCrystal` does.)
    %
    %   Example
    %       euphonic.help('CoherentCrystal')
    %
    %   See also EUPHONIC.DOC.
    if nargin == 0
        name = 'Contents';
    end
    euphonic.internal.show_help(euphonic.internal.public_name('help', name));
end
