function file = add_startup_line(caller, package)
    %ADD_STARTUP_LINE   Make every session put this package on the path and start the daemon.
    %   FILE is the start-up file: startup.m in MATLAB's userpath, .octaverc in the home folder. A line that is there
    %   already is replaced.
    mark = '% added by euphonic.setup';
    line = sprintf('addpath(''%s''); euphonic.start %s', strrep(package, '''', ''''''), mark);
    if euphonic.internal.is_octave()
        file = euphonic.internal.absolute_path(caller, '~/.octaverc');
    else
        folder = strtok(userpath(), pathsep());
        if isempty(folder)
            euphonic.internal.fail(caller, 'no_userpath', ...
                'MATLAB has no userpath, so there is no place for startup.m. Set one with userpath(''reset'').');
        end
        file = fullfile(folder, 'startup.m');
    end
    lines = {};
    if exist(file, 'file')
        lines = strsplit(regexprep(fileread(file), '\r?\n$', ''), sprintf('\n'));
        lines = lines(cellfun(@(old) isempty(strfind(old, mark)), lines)); %#ok<STREMP>
    end
    id = fopen(file, 'w');
    if id < 0
        euphonic.internal.fail(caller, 'file_unwritable', ...
            'The file %s cannot be written to. Add this line to it yourself: %s', file, line);
    end
    fprintf(id, '%s\n', lines{:}, line);
    fclose(id);
end
