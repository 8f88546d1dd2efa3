function name = public_name(caller, name)
    %PUBLIC_NAME   A name of this package, or one of its methods, with the package before it; any other name as it is.
    name = euphonic.internal.options.plain(name);
    if ~ischar(name) || size(name, 1) ~= 1
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected a name, such as ''CoherentCrystal''.');
    end
    if strcmp(name, 'euphonic')
        name = 'Contents';
    end
    first = strtok(name, './');
    if exist(fullfile(fileparts(fileparts(mfilename('fullpath'))), [first '.m']), 'file') == 2
        name = ['euphonic.' name];
    end
end
