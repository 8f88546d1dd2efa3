function tests = test_help()
    %TEST_HELP   Every public name has help in MATLAB's form.
    tests = localfunctions();
end

function every_public_name_has_help_with_an_example()
    folder = fileparts(which('euphonic.start'));
    files = dir(fullfile(folder, '*.m'));
    support.check(numel(files) >= 9, 'the public files of the package');
    for i = 1:numel(files)
        name = files(i).name(1:end - 2);
        if strcmp(name, 'Contents')
            continue
        end
        text = regexprep(fileread(fullfile(folder, files(i).name)), '\r', '');
        lines = strsplit(text, sprintf('\n'));
        first = strtrim(lines{2});
        support.check(~isempty(regexp(first, ['^%' upper(name) '   [A-Z].*\.$'], 'once')), ...
            'an H1 line with %s in %s, found ''%s''', upper(name), files(i).name, first);
        for part = {'%   Example', '%   See also EUPHONIC.'}
            support.check(~isempty(strfind(text, part{1})), '''%s'' in %s', part{1}, files(i).name); %#ok<STREMP>
        end
    end
end

function examples_in_help_use_names_that_exist()
    folder = fileparts(which('euphonic.start'));
    files = dir(fullfile(folder, '*.m'));
    for i = 1:numel(files)
        used = regexp(fileread(fullfile(folder, files(i).name)), 'euphonic\.([A-Za-z_]+)', 'tokens');
        for k = 1:numel(used)
            name = used{k}{1};
            support.check(strcmp(name, 'internal') || exist(fullfile(folder, [name '.m']), 'file') == 2, ...
                'euphonic.%s, which %s mentions, to exist', name, files(i).name);
        end
    end
end
